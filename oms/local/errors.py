"""What goes wrong on the development machine, said in a way that tells what to do."""


class LocalError(Exception):
    """A service, port, folder or account is not as it must be; the text says what to do about it."""
