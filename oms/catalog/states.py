"""The life of a product: written as a draft, published, and taken back to a draft at any time."""

from enum import StrEnum

from oms.kernel.states import Machine


class ProductStatus(StrEnum):
    """Whether shoppers can see a product."""

    DRAFT = "draft"
    PUBLISHED = "published"


PRODUCT = Machine(
    "product",
    {
        ProductStatus.DRAFT: frozenset({ProductStatus.PUBLISHED}),
        ProductStatus.PUBLISHED: frozenset({ProductStatus.DRAFT}),
    },
)
