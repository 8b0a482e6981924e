"""Orders that look like abuse wait for a person, with reasons; nobody is refused by a machine."""
