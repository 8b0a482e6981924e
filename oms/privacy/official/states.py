"""The life of what an authority asks for, the sorts of instruments, and the grounds of a refusal."""

from enum import StrEnum

from oms.kernel.states import Machine


class OfficialState(StrEnum):
    """Written down, agreed to by two, and given out once; or refused, or not taken in time."""

    WRITTEN = "written"
    APPROVED = "approved"
    DISCLOSED = "disclosed"
    REFUSED = "refused"
    LAPSED = "lapsed"


OFFICIAL = Machine(
    "official request",
    {
        OfficialState.WRITTEN: frozenset({OfficialState.APPROVED, OfficialState.REFUSED}),
        OfficialState.APPROVED: frozenset(
            {OfficialState.DISCLOSED, OfficialState.REFUSED, OfficialState.LAPSED}
        ),
    },
)


class Instrument(StrEnum):
    """What an authority comes with; an emergency comes without, and is reviewed afterwards (002-28)."""

    COURT_ORDER = "court order"
    WARRANT = "warrant"
    REGULATOR = "order of a regulator"
    EMERGENCY = "emergency"


class Why(StrEnum):
    """Why an official request is refused."""

    NO_INSTRUMENT = "no instrument"
    EXPIRED = "expired"
    OUT_OF_SCOPE = "out of scope"
    NOT_LAWFUL = "not lawful"
