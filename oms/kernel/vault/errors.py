"""What the vault refuses, and what it finds broken."""

from oms.kernel.errors import CounterfoilError, RefusedError


class PurposeRefusedError(RefusedError):
    """What somebody gave for one purpose is not opened for another, nor by a role that does not need it."""

    code = "purpose_refused"


class LockedError(RefusedError):
    """Its person asked that this is only kept, and used for nothing, until the shop has decided."""

    code = "locked"


class BrokenSealError(CounterfoilError):
    """A sealed record does not open with its own key: it was changed, or moved here from elsewhere."""

    code = "broken_seal"
