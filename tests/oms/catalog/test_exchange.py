"""Catalogs as files: read with every doubt told, written so that nothing is lost and nothing runs."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select, text

from oms.catalog.actions import Outcome, put_product
from oms.catalog.exchange.actions import parse, take_in
from oms.catalog.exchange.formulas import made_harmless, read_back
from oms.catalog.exchange.queries import as_csv
from oms.catalog.exchange.report import NotThisFileError, Report, Weight
from oms.catalog.models import OptionValue, Product, ProductText, Variant
from oms.catalog.queries import MarketFacts, sellables, version
from oms.cli import register
from oms.kernel.audit import AuditEntry
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.kernel.money import Money
from storefront.app import create_store
from tests.goods import EU, JP, US, notebook, open_markets

HEAD = "Handle,Title,Body (HTML),Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price"
PARTS = [*HEAD.split(","), "Image Src"]


def _file(*rows: dict[str, str]) -> bytes:
    held = io.StringIO()
    lines = csv.DictWriter(held, PARTS, restval="")
    lines.writeheader()
    lines.writerows({name.replace("_", " "): cell for name, cell in row.items()} for row in rows)
    return held.getvalue().encode()


def _row(handle: str, title: str = "", **more: str) -> dict[str, str]:
    names = {
        "sku": "Variant SKU",
        "price": "Variant Price",
        "grams": "Variant Grams",
        "image": "Image Src",
        "body": "Body (HTML)",
        "published": "Published",
        "option": "Option1 Name",
        "value": "Option1 Value",
    }
    return {"Handle": handle, "Title": title, **{names[name]: cell for name, cell in more.items()}}


def _import(data: bytes, market: object = EU, language: str = "en") -> Report:
    report = Report()
    products = parse(data, market, report)  # type: ignore[arg-type]
    with transaction() as session:
        take_in(session, products, market, language, report)  # type: ignore[arg-type]
    return report


def _errors(report: Report) -> list[tuple[int, str]]:
    return sorted((p.row, p.field) for p in report.problems if p.weight is Weight.ERROR)


@pytest.fixture
def markets(shop: None) -> None:
    with transaction() as session:
        open_markets(session)


REAL = {
    "shopify/apparel.csv": (20, 22),
    "shopify/home-and-garden.csv": (20, 21),
    "shopify/jewelery.csv": (20, 23),
    "shopify-exports/packt-product-data.csv": (20, 21),
    "shopify-exports/satwikkansal-products.csv": (30, 147),
    "shopify-exports/shopify_sample_product_template.csv": (3, 16),
}


@pytest.mark.parametrize("name", REAL)
@pytest.mark.usefixtures("markets")
def test_a_real_export_comes_in_whole_and_twice_is_once(name: str, data_dir: Path) -> None:
    data = (data_dir / "1-catalogues" / name).read_bytes()
    first = _import(data)
    assert _errors(first) == []
    assert (first.products, first.variants) == ({Outcome.CREATED: REAL[name][0]}, REAL[name][1])
    with transaction() as session:
        before = version(session)
    again = _import(data)
    with transaction() as session:
        out = "".join(as_csv(session, EU, "en")).encode("utf-8-sig")
    back = _import(out)
    with transaction() as session:
        assert "".join(as_csv(session, EU, "en")).encode("utf-8-sig") == out
        assert version(session) == before
        assert len(session.scalars(select(Variant)).all()) == REAL[name][1]
    assert again.products == back.products == {Outcome.UNCHANGED: REAL[name][0]}
    assert _errors(back) == []


@pytest.mark.usefixtures("markets")
def test_rows_of_a_real_product_become_its_choices_weights_and_words(data_dir: Path) -> None:
    _import((data_dir / "1-catalogues/shopify-exports/shopify_sample_product_template.csv").read_bytes())
    with transaction() as session:
        found = sellables(session, EU, "en", skus=["PNT_DEN_285", "SRT_COT_322", "HAT_GRY_275"])
        said = {s.sku: (s.title, s.choice, s.weight_grams, s.is_sold) for s in found.values()}
        shown = session.scalars(select(Product.handle).where(Product.status == "published")).all()
    assert said == {
        "PNT_DEN_285": ("Example Jeans", "28", 227, False),
        "SRT_COT_322": ("Example T-Shirt", "Gray, M", 145, True),
        "HAT_GRY_275": ("Example Beanie", "", 72, False),
    }
    assert shown == ["example-shirt"]


@pytest.mark.usefixtures("markets")
def test_a_line_break_in_a_sku_is_taken_out_and_told(data_dir: Path) -> None:
    report = _import((data_dir / "1-catalogues/shopify-exports/satwikkansal-products.csv").read_bytes())
    with transaction() as session:
        assert session.scalars(select(Variant.sku).where(Variant.sku.regexp_match("[[:cntrl:]]"))).all() == []
    assert any("line breaks" in problem.message for problem in report.problems)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("woocommerce/sample.csv", "a WooCommerce product export"),
        ("woocommerce/sample_products.csv", "a WooCommerce product export"),
        ("woocommerce/sample_tax_rates.csv", "another file"),
        ("vendure/products.csv", "a Vendure product export"),
        ("medusa/exported-products-comma.csv", "a Medusa product export"),
        ("spree/products.csv", "a Spree product export"),
        ("spree/customers.csv", ""),
        ("abt-amazon-google/D2_abt.csv", ""),
        ("dummyjson/products.json", ""),
        ("bestbuy/stores.json.gz", "UTF-8"),
        ("oscar/books-small-semicolon.csv", ""),
    ],
)
def test_another_file_is_refused_with_what_was_expected(name: str, kind: str, data_dir: Path) -> None:
    with pytest.raises(NotThisFileError) as refusal:
        parse((data_dir / "1-catalogues" / name).read_bytes(), EU, Report())
    assert kind in refusal.value.message
    assert refusal.value.message.endswith((".", "again."))


def test_every_small_csv_of_odd_shape_is_refused_as_no_product_export(data_dir: Path) -> None:
    files = sorted((data_dir / "6-attack" / "csv-parsing" / "csv-spectrum").glob("*.csv"))
    assert len(files) == 11
    for path in files:
        with pytest.raises(NotThisFileError, match="Expected a Shopify product export"):
            parse(path.read_bytes(), EU, Report())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"Handle,Title,Variant Price\nink,T\xe9l\xe9,1\n", "Line 2 is not UTF-8"),
        ("Handle,Title,Variant Price\nink,Ink,1\n".encode("utf-16-le"), "NUL bytes"),
        (b"Handle,Title,Variant Price\nink,I\0nk,1\n", "NUL bytes"),
        (b"Handle;Title;Variant Price\nink;Ink;1\n", "separated by semicolons"),
        (b"Handle\tTitle\tVariant Price\nink\tInk\t1\n", "separated by tabs"),
        (b"Handle,Title,Title,Variant Price\n", "Title is there twice"),
        (b'Handle,Title,Variant Price\nink,"Ink,1\n', "broken CSV"),
        (b"Name,Email,Financial Status\n#1001,a@b.test,paid\n", "a Shopify order export"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(NotThisFileError, match=words):
        parse(data, EU, Report())


@pytest.mark.usefixtures("markets")
def test_every_encoding_that_is_certain_comes_out_right() -> None:
    written = "Handle,Title,Variant Price\r\ntusche,Tusche für 墨水 🖋,12.50\r\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        _import(written.encode(encoding))
        with transaction() as session:
            assert session.scalar(select(ProductText.title)) == "Tusche für 墨水 🖋"


@pytest.mark.usefixtures("markets")
def test_each_doubt_is_told_by_row_and_field_and_keeps_out_no_more_than_it_must() -> None:
    report = _import(
        _file(
            _row("good", "Good", sku="A-1", price="10"),
            _row("twice", "Twice", sku="A-1", price="10"),
            _row("", "No handle", sku="A-2", price="10"),
            _row("a b", "Bad handle", sku="A-3", price="10"),
            _row("untitled", sku="A-4", price="10"),
            _row("minus", "Minus", sku="A-5", price="-3"),
            _row("comma", "Comma", sku="A-6", price="1,299.00"),
            _row("cents", "Cents", sku="A-7", price="1.999"),
            _row("nan", "NaN", sku="A-8", price="NaN"),
            _row("exp", "Exp", sku="A-9", price="1e3"),
            _row("heavy", "Heavy", sku="A-10", price="1", grams="-5"),
            _row("red", "Red", sku="A-11", price="1", option="Color", value="Red"),
            _row("red", sku="A-12", price="1", value="Red"),
            _row("red", sku="A-13", price="1"),
        )
    )
    assert _errors(report) == [
        (3, "Variant SKU"),
        (3, "Variant SKU"),
        (4, "Handle"),
        (5, "Handle"),
        (6, "Title"),
        (7, "Variant Price"),
        (8, "Variant Price"),
        (9, "Variant Price"),
        (10, "Variant Price"),
        (11, "Variant Price"),
        (12, "Variant Grams"),
        (14, "Option1 Value"),
        (15, "Option1 Value"),
    ]
    with transaction() as session:
        skus = session.scalars(select(Variant.sku).order_by(Variant.id)).all()
        found = sellables(session, EU, "en", skus=skus)
    assert skus == ["A-1", "A-5", "A-6", "A-7", "A-8", "A-9", "A-10", "A-11"]
    assert {s.sku for s in found.values() if s.is_sold} == {"A-1", "A-10", "A-11"}


@pytest.mark.usefixtures("markets")
def test_a_row_of_another_length_is_told_and_left_out() -> None:
    report = _import(b"Handle,Title,Variant Price\nink,Ink,1\npen,Pen,1,5\nnib,Nib\n,,\n")
    assert _errors(report) == [(3, ""), (4, "")]
    with transaction() as session:
        assert session.scalars(select(Product.handle)).all() == ["ink"]


@pytest.mark.usefixtures("markets")
def test_what_an_import_changed_is_in_the_trail_and_nothing_else() -> None:
    for price in ("1", "1", "2"):
        _import(_file(_row("ink", "Ink", sku="A", price=price), _row("pen", "Pen", sku="B", price="1")))
    with transaction() as session:
        deeds = [(e.verb, e.about) for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert deeds == [("catalog.import", f"product:{number}") for number in (1, 2, 1)]


@pytest.mark.usefixtures("markets")
def test_letters_that_were_lost_before_are_told() -> None:
    report = _import(_file(_row("ink", "T\ufffdl\ufffd", sku="A", price="1")))
    assert [(p.row, p.weight) for p in report.problems] == [(2, Weight.WARNING)]


@pytest.mark.usefixtures("markets")
def test_no_price_and_a_price_of_nothing_are_not_sellable_and_said_so() -> None:
    report = _import(_file(_row("a", "A", sku="A"), _row("b", "B", sku="B", price="0.00")))
    assert (report.products, report.not_sellable, report.errors) == ({Outcome.CREATED: 2}, 2, 0)
    assert [(p.row, p.field) for p in report.problems if p.weight is Weight.WARNING] == [
        (2, "Variant Price"),
        (3, "Variant Price"),
    ]


@pytest.mark.usefixtures("markets")
def test_the_market_decides_what_a_price_is() -> None:
    assert _errors(_import(_file(_row("a", "A", sku="A", price="12.50")), JP)) == [(2, "Variant Price")]
    _import(_file(_row("a", "A", sku="A", price="1250")), JP)
    with transaction() as session:
        assert [s.price for s in sellables(session, JP, "en", skus=["A"]).values()] == [Money(1250, "JPY")]
        assert [s.price for s in sellables(session, EU, "en", skus=["A"]).values()] == [None]


@pytest.mark.usefixtures("markets")
def test_a_sku_of_another_product_keeps_the_newcomer_out_and_changes_nothing() -> None:
    _import(_file(_row("first", "First", sku="A", price="1")))
    report = _import(
        _file(_row("second", "Second", sku="A", price="1"), _row("third", "Third", sku="B", price="1"))
    )
    assert report.products == {"refused": 1, Outcome.CREATED: 1}
    assert [p.row for p in report.problems if p.weight is Weight.ERROR] == [2]
    with transaction() as session:
        assert session.scalars(select(Product.handle).order_by(Product.id)).all() == ["first", "third"]


@pytest.mark.usefixtures("markets")
def test_values_that_look_alike_in_an_address_stay_two() -> None:
    rows = [
        _row("x", "X", option="Size", value="+", price="1"),
        *(_row("x", value=v, price="1") for v in ("C", "C#", "++", "🖋")),
    ]
    report = _import(_file(*rows))
    assert report.variants == 5
    with transaction() as session:
        codes = session.scalars(select(OptionValue.code)).all()
    assert len(set(codes)) == 5
    assert _import(_file(*rows)).products == {Outcome.UNCHANGED: 1}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", ["en", "de", "zh"])
@pytest.mark.parametrize("market", [EU, US, JP], ids=lambda market: market.code)
def test_our_own_goods_go_out_and_come_back_unchanged_in_every_market_and_language(
    market: MarketFacts, language: str
) -> None:
    color, ruling = notebook().options
    in_chinese = tuple(
        replace(value, names={**value.names, "zh": f"{value.code}页"}) for value in ruling.values
    )
    with transaction() as session:
        open_markets(session)
        put_product(session, notebook(options=(color, replace(ruling, values=in_chinese))))
        before = version(session)
        lines = "".join(as_csv(session, market, language))
    title = {"en": "Field Notebook", "de": "Feldnotizbuch", "zh": "田野笔记本"}[language]
    assert title in lines
    report = _import(lines.encode(), market, language)
    assert (report.products, report.errors) == ({Outcome.UNCHANGED: 1}, 0)
    other = _import(lines.replace(title, "Other").encode(), market, language)
    assert (other.products, other.errors) == ({Outcome.UPDATED: 1}, 0)
    with transaction() as session:
        assert version(session) == before + 1


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "'=1", "''", "'", "a", "'a", ""]


def test_formulas_are_written_harmless_and_read_back_as_they_were() -> None:
    for cell in FORMULAS:
        assert made_harmless(cell)[:1] not in set("=+-@\t\r\uff1d")
        assert read_back(made_harmless(cell)) == cell


@given(
    st.text(alphabet=st.sampled_from(list("'=+-@\t\r\n\uff1dab")) | st.characters(exclude_categories=["Cs"]))
)
def test_any_cell_is_read_back_as_it_was(cell: str) -> None:
    assert read_back(made_harmless(cell)) == cell
    assert made_harmless(cell)[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@pytest.mark.usefixtures("markets")
def test_hostile_formulas_and_scripts_pass_through_as_words(data_dir: Path) -> None:
    payloads = (data_dir / "6-attack/csv-injection/csv-payload.txt").read_text().splitlines()
    rows = [
        _row(f"p-{n}", p, body=f"<p>{p}</p><script>x</script>", sku=f"P-{n}", price="1")
        for n, p in enumerate(payloads)
    ]
    report = _import(_file(*rows))
    assert (report.products, report.errors) == ({Outcome.CREATED: len(payloads)}, 0)
    with transaction() as session:
        titles = session.scalars(select(ProductText.title).order_by(ProductText.product_id)).all()
        assert titles == [" ".join(p.split()) for p in payloads]
        cells = [c for row in csv.reader(as_csv(session, EU, "en")) for c in row]
        assert (
            session.scalars(
                text("SELECT description_html FROM product_texts WHERE description_html ~ 'script'")
            ).all()
            == []
        )
    assert [c for c in cells if c[:1] in set("=+-@\t\r")] == []


@pytest.fixture
def cli(markets: None, settings: Settings) -> FlaskCliRunner:
    app = create_store(settings)
    register(app)
    return app.test_cli_runner()


def test_a_dry_run_tells_what_would_be_and_changes_nothing(cli: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(_file(_row("ink", "Ink", sku="A", price="1")))
    told = cli.invoke(args=["catalog", "import", str(tmp_path / "in.csv"), "--dry-run"])
    assert (told.exit_code, "Would be: products 1 created; 1 variants" in told.stdout) == (0, True)
    with transaction() as session:
        assert (session.scalars(select(Product)).all(), version(session)) == ([], 0)


def test_the_command_tells_errors_by_row_and_ends_with_one(cli: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(
        _file(_row("ink", "Ink", sku="A", price="x"), _row("pen", "Pen", sku="B", price="1"))
    )
    told = cli.invoke(args=["catalog", "import", str(tmp_path / "in.csv"), "--json"])
    assert told.exit_code == 1
    said = json.loads(told.stdout)
    assert (said["products"], said["errors"]) == ({"created": 2}, 1)
    assert said["problems"][0]["row"] == 2
    assert "2 of 2 products" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "{csv}", "--market", "xx"], "There is no market xx. Take one of eu, us, jp."),
        (["import", "{csv}", "--language", "fr"], "eu does not speak fr"),
        (["import", "{svg}"], "Expected a Shopify product export"),
        (["export", "{tmp}/nowhere/out.csv"], "There is no folder"),
    ],
)
def test_the_command_says_what_to_do_instead(
    cli: FlaskCliRunner, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "a.csv").write_bytes(_file(_row("ink", "Ink", price="1")))
    (tmp_path / "a.svg").write_text("<svg/>")
    places = {"csv": tmp_path / "a.csv", "svg": tmp_path / "a.svg", "tmp": tmp_path}
    told = cli.invoke(args=["catalog", *(word.format(**places) for word in arguments)])
    assert (told.exit_code, words in told.stderr) == (1, True), told.stderr


def test_pictures_of_a_folder_are_found_by_name_and_a_missing_one_stops_nothing(
    cli: FlaskCliRunner, tmp_path: Path, settings: Settings
) -> None:
    photos = tmp_path / "photos" / "deep"
    photos.mkdir(parents=True)
    Image.new("RGB", (700, 350), "teal").save(photos / "ink 1.png")
    (photos / "broken.jpg").write_bytes(b"no picture")
    rows = [_row("ink", "Ink", sku="A", price="1", image="https://cdn.test/x/ink%201.png?v=3")]
    rows += [_row("ink", image=f"https://cdn.test/{name}.jpg") for name in ("broken", "away")]
    (tmp_path / "in.csv").write_bytes(_file(*rows))
    arguments = [
        "catalog",
        "import",
        str(tmp_path / "in.csv"),
        "--pictures",
        str(tmp_path / "photos"),
        "--json",
    ]
    first, again = (json.loads(cli.invoke(args=arguments).stdout) for _ in range(2))
    assert first["pictures"] == {"added": 1, "missing": 1, "refused": 1}
    assert again["pictures"] == {"missing": 1, "refused": 1, "unchanged": 1}
    assert [p["message"].split(":")[0] for p in first["problems"]] == ["ink, broken.jpg"]
    with transaction() as session:
        (sold,) = sellables(session, EU, "en", skus=["A"]).values()
    assert sold.picture is not None
    assert (sold.picture.width, sold.picture.height, sold.picture.widths) == (640, 320, (320, 640))
    assert len(list((settings.state_dir / "media").iterdir())) == 4


def test_the_catalog_goes_to_a_file_that_spreadsheets_read_right(cli: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(_file(_row("tusche", "=Tusche für 墨水", sku="A", price="1")))
    cli.invoke(args=["catalog", "import", str(tmp_path / "in.csv")])
    told = cli.invoke(args=["catalog", "export", str(tmp_path / "out.csv")])
    assert (told.exit_code, told.stdout) == (0, f"1 rows written to {tmp_path / 'out.csv'}.\n")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfHandle,Title,")
    assert "tusche,'=Tusche für 墨水," in data.decode("utf-8-sig")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["in.csv", "out.csv"]
