"""Taking a file's products into the catalog, a few per transaction, each whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from oms.catalog.actions import Outcome, put_product, touch
from oms.catalog.exchange.columns import SKU, as_shopify, expect_shopify
from oms.catalog.exchange.matching import Names, request_of
from oms.catalog.exchange.reading import read
from oms.catalog.exchange.report import Problem, Report, Weight
from oms.catalog.exchange.shopify import ParsedProduct, Parser
from oms.catalog.media.encoding import BadPictureError
from oms.catalog.media.folder import MediaFolder
from oms.catalog.media.models import Media, MediaKind
from oms.catalog.models import Product
from oms.catalog.queries import MarketFacts
from oms.kernel import audit
from oms.kernel.errors import CounterfoilError

CHUNK = 25


def parse(data: bytes, market: MarketFacts, report: Report) -> list[ParsedProduct]:
    """Return the products of a file; doubts go into the report. Raises NotThisFileError."""
    table = as_shopify(read(data, expect_shopify))
    parser = Parser(market.currency)
    found = parser.products(table)
    report.problems += [*table.problems, *parser.problems]
    return found


def take_in(
    session: Session, products: Sequence[ParsedProduct], market: MarketFacts, language: str, report: Report
) -> None:
    """Put a chunk of products into the catalog; one that cannot be is told in the report and left out."""
    for parsed in products:
        try:
            with session.begin_nested():
                request = request_of(parsed, Names(session, parsed.handle, language), market.code)
                put = put_product(session, request)
                if put.outcome is not Outcome.UNCHANGED:
                    audit.record(session, audit.SYSTEM, "catalog.import", f"product:{put.product_id}")
        except CounterfoilError as error:
            _refuse(parsed, error.message, report)
        except (DataError, IntegrityError):
            _refuse(parsed, "The product holds something that cannot be stored. Look at its rows.", report)
        else:
            report.note(put.outcome)
            report.variants += len(parsed.variants)
            report.not_sellable += sum(variant.price is None for variant in parsed.variants)


def _refuse(parsed: ParsedProduct, message: str, report: Report) -> None:
    report.note(None)
    report.problems.append(Problem(parsed.row, SKU, Weight.ERROR, f"{parsed.handle}: {message}"))


def pictures_in(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by name; an address in a catalog means the file of its last part."""
    return {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}


def add_pictures(
    session: Session, handles: Sequence[str], files: dict[str, Path], kept: MediaFolder, report: Report
) -> None:
    """Encode the pictures of some products from local files; what is missing or broken is told."""
    rows = session.execute(
        select(Media, Product.handle)
        .join(Product, Product.id == Media.product_id)
        .where(Product.handle.in_(handles), Media.kind == MediaKind.PICTURE)
        .order_by(Media.product_id, Media.position)
    ).all()
    is_changed = False
    for media, handle in rows:
        path = files.get(unquote(urlsplit(media.source).path).rsplit("/", 1)[-1])
        if path is None:
            report.pictures["missing"] += not media.digest
            continue
        try:
            measured = kept.keep_picture(path.read_bytes())
        except (BadPictureError, OSError) as error:
            report.pictures["refused"] += 1
            why = error.message if isinstance(error, BadPictureError) else "The file cannot be read."
            problem = Problem(0, "Image Src", Weight.WARNING, f"{handle}, {path.name}: {why}")
            report.problems.append(problem)
            continue
        report.pictures["unchanged" if media.digest == measured.digest else "added"] += 1
        is_changed = is_changed or media.digest != measured.digest
        media.digest, media.widths = measured.digest, list(measured.widths)
        media.width, media.height = measured.width, measured.height
    session.flush()
    if is_changed:
        touch(session)
