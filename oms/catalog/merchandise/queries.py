"""Categories and collections as the store shows them."""

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, func, select, union_all
from sqlalchemy.orm import Session

from oms.catalog.models import Category, Collection, CollectionProduct, Product, in_language
from oms.catalog.states import ProductStatus
from oms.kernel.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection or category: what it is called, and what it holds below itself."""

    id: int
    slug: str
    name: str
    description: str
    is_on_home: bool
    is_category: bool
    below: tuple[int, ...]


def collections(session: Session, language: str) -> list[Shelf]:
    """Return the collections that hold anything, in order."""
    filled = select(CollectionProduct.collection_id).distinct()
    rows = session.scalars(
        select(Collection).where(Collection.id.in_(filled)).order_by(Collection.position, Collection.id)
    )
    return [_collection(row, language) for row in rows]


def collection(session: Session, slug: str, language: str) -> Shelf:
    """Return a collection. Raises NotFoundError."""
    found = session.scalar(select(Collection).where(Collection.slug == slug)) if slug.isprintable() else None
    if found is None:
        raise NotFoundError("There is no such collection.")
    return _collection(found, language)


def category(session: Session, slug: str, language: str) -> Shelf:
    """Return a category with all below it. Raises NotFoundError."""
    found = session.scalar(select(Category).where(Category.slug == slug)) if slug.isprintable() else None
    if found is None:
        raise NotFoundError("There is no such category.")
    tree = select(Category.id).where(Category.id == found.id).cte("tree", recursive=True)
    tree = tree.union(select(Category.id).join(tree, Category.parent_id == tree.c.id))
    below = tuple(session.scalars(select(tree.c.id).order_by(tree.c.id)))
    name = in_language(found.names, language)
    return Shelf(found.id, slug, name, "", is_on_home=False, is_category=True, below=below)


def _collection(row: Collection, language: str) -> Shelf:
    return Shelf(
        id=row.id,
        slug=row.slug,
        name=in_language(row.names, language),
        description=in_language(row.descriptions, language),
        is_on_home=row.is_on_home,
        is_category=False,
        below=(),
    )


def count_of_addresses(session: Session) -> int:
    """Return how many pages of products and collections there are; for the sitemap."""
    return session.scalar(select(func.count()).select_from(_addresses().subquery())) or 0


def addresses(session: Session, *, start: int, most: int) -> list[str]:
    """Return a part of the paths of all published products and collections, in a steady order."""
    found = _addresses().subquery()
    return list(session.scalars(select(found.c.path).order_by(found.c.path).offset(start).limit(most)))


def _addresses() -> CompoundSelect[tuple[str]]:
    products = select(("/products/" + Product.handle).label("path")).where(
        Product.status == ProductStatus.PUBLISHED
    )
    return union_all(products, select(("/collections/" + Collection.slug).label("path")))
