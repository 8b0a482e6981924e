"""The life of a withdrawal: declared by the buyer, settled when goods and money are back where they were."""

from enum import StrEnum

from oms.kernel.states import Machine


class WithdrawalState(StrEnum):
    """Declared is binding at once; settled when everything owed was paid back."""

    DECLARED = "declared"
    SETTLED = "settled"


WITHDRAWAL = Machine("withdrawal", {WithdrawalState.DECLARED: frozenset({WithdrawalState.SETTLED})})


class Exclusion(StrEnum):
    """Why the law lets no buyer withdraw from some goods (Directive 2011/83/EU, article 16)."""

    CUSTOM_MADE = "custom-made"
    PERISHABLE = "perishable"
    SEALED = "unsealed for hygiene"
    DIGITAL = "digital, begun with your consent"
