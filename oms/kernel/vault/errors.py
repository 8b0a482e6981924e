"""What the vault refuses, and what it finds broken."""

from oms.kernel.errors import CounterfoilError, RefusedError


class PurposeRefusedError(RefusedError):
    """This was given for another purpose and is not opened for this one."""

    code = "purpose_refused"


class BrokenSealError(CounterfoilError):
    """A sealed record does not open with its own key: it was changed, or moved here from elsewhere."""

    code = "broken_seal"
