"""Looking around: first page, collections, products, search, as a shopper without cookies sees them."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import insert

from oms.catalog import actions
from oms.catalog.actions import put_product
from oms.catalog.media.folder import MediaFolder
from oms.catalog.merchandise import actions as merchandise
from oms.catalog.models import Category, Collection, MarketText
from oms.catalog.queries import sellables
from oms.catalog.requests import PictureRequest
from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.shipping.models import ShippingMethod
from tests.goods import EU, notebook, simple, stock_shelves


@pytest.fixture
def shelves(store: FlaskClient, settings: Settings) -> FlaskClient:
    """A store with three products, of which the notebook in blue and the pencil can be had."""
    drawing = MediaFolder(settings.state_dir).keep_drawing(
        "a.svg", "<svg/>", {"en": "A notebook"}, (400, 500)
    )
    with transaction() as session:
        stock_shelves(session)
        merchandise.put_labels(session, Category, "paper", names={"en": "Paper", "de": "Papier"})
        put_product(session, notebook(category="paper", pictures=(drawing,)))
        found = sellables(session, EU, "en", skus=["NB-FIELD-BLU-DOT", "CEDAR-PENCIL"])
        actions.note_availability(session, dict.fromkeys(found, True))
        number = merchandise.put_labels(
            session,
            Collection,
            "desk",
            names={"en": "Desk", "de": "Tisch"},
            descriptions={"en": "To work at."},
            is_on_home=True,
        )
        merchandise.fill_collection(session, number, ["cedar-pencil", "field-notebook"])
        merchandise.relate(session, "field-notebook", ["cedar-pencil"])
        session.execute(
            insert(MarketText).values(
                market_code="eu", topic="imprint", language="de", title="Impressum", body_html="<p>Wir</p>"
            )
        )
    return store


def _page(store: FlaskClient, path: str, status: int = 200) -> str:
    answer = store.get(path)
    assert answer.status_code == status, answer.text
    assert "Set-Cookie" not in answer.headers
    return answer.text


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


PLACES = {
    "/collections/desk": "Desk|To work at.|2 products|Cedar Pencil|€3.00|from €14.50|incl. tax",
    "/us-en/collections/desk": "$3.00|plus tax",
    "/eu-de/collections/desk": "Tisch|Feldnotizbuch|14,50 €",
    "/jp-zh/collections/desk": "田野笔记本|JP¥1,450",
    "/categories/paper": "Paper|1 product|Field Notebook",
}


def test_a_collection_lists_its_goods_in_the_words_and_prices_of_the_place(shelves: FlaskClient) -> None:
    for path, words in PLACES.items():
        text = _words(_page(shelves, path))
        assert [word for word in words.split("|") if word not in text] == [], path


def test_a_collection_is_narrowed_by_boxes_in_its_address(shelves: FlaskClient) -> None:
    text = _words(_page(shelves, "/collections/desk?o.color=blue&stock=true&sort=price"))
    assert "1 product" in text
    assert "Cedar Pencil" not in text.split("Narrow down")[1].split("Goods")[0]
    assert "0 products" in _words(_page(shelves, "/collections/desk?o.color=blue&o.ruling=plain"))
    assert 'content="noindex"' in _page(shelves, "/collections/desk?stock=true")


def test_odd_addresses_are_read_as_if_the_odd_were_not_there(shelves: FlaskClient) -> None:
    for query in (
        "page=x",
        "page=-1",
        "sort=best'",
        "price=99",
        "o.=1",
        "o.color=%00",
        "stock=maybe",
        "category=%27",
    ):
        _page(shelves, f"/collections/desk?{query}")
    _page(shelves, "/collections/desk?page=2", 404)
    _page(shelves, "/collections/nowhere", 404)
    _page(shelves, "/products/nowhere", 404)
    _page(shelves, "/products/%00", 404)
    for path in ("/collections/%00", "/categories/%00", "/categories/desk", "/collections/paper"):
        _page(shelves, path, 404)
    _page(shelves, "/media/..%2Fsecret", 404)


def test_a_product_page_shows_the_first_choice_that_can_be_had(shelves: FlaskClient) -> None:
    html = _page(shelves, "/products/field-notebook")
    text = _words(html)
    wanted = "Field Notebook|For walks|€16.50|incl. tax, plus delivery|Ready to send|NB-FIELD-BLU-DOT"
    for word in f"{wanted}|Made in|Portugal|210 g|Goes well with it|Cedar Pencil|Paper".split("|"):
        assert word in text
    assert re.search(r'value="blue" checked', html)
    assert html.count("data-gone") >= 2


def test_a_choice_that_is_sold_out_says_so_and_cannot_be_bought(shelves: FlaskClient) -> None:
    html = _page(shelves, "/products/field-notebook?o.color=green&o.ruling=plain")
    assert "NB-FIELD-GRN-PLN" in html
    assert "Sold out" in html
    assert "Add to cart" not in html
    assert "Add to cart" in _page(shelves, "/products/field-notebook?o.color=blue&o.ruling=dot")


def test_a_choice_that_is_not_made_leads_to_the_nearest(shelves: FlaskClient) -> None:
    for asked in ("o.color=blue&o.ruling=plain", "o.color=blue&o.size=huge"):
        html = _page(shelves, f"/products/field-notebook?{asked}")
        assert re.findall(r'name="sku" value="([^"]+)"', html) == ["NB-FIELD-BLU-DOT"]
        assert re.findall(r'name="o\.(\w+)" value="(\w+)" checked', html) == [
            ("color", "blue"),
            ("ruling", "dot"),
        ]


def test_search_engines_read_the_same_price_and_stock(shelves: FlaskClient) -> None:
    html = _page(shelves, "/products/field-notebook")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    told = json.loads(block)
    assert [(o["sku"], o["price"], o["availability"].rsplit("/", 1)[1]) for o in told["offers"]] == [
        ("NB-FIELD-GRN-DOT", "14.50", "OutOfStock"),
        ("NB-FIELD-GRN-PLN", "14.50", "OutOfStock"),
        ("NB-FIELD-BLU-DOT", "16.50", "InStock"),
    ]
    assert '<link rel="preload" as="image"' in html
    assert html.count('hreflang="de"') >= 1


def test_a_title_cannot_leave_the_data_block(shelves: FlaskClient) -> None:
    with transaction() as session:
        put_product(session, simple("evil", "</script><script>alert(1)</script>&", 100))
    html = _page(shelves, "/products/evil")
    assert "<script>alert" not in html


def test_search_finds_and_helps_where_it_does_not(shelves: FlaskClient) -> None:
    assert "Field Notebook" in _page(shelves, "/search?q=noteb")
    empty = _words(_page(shelves, "/search?q=zeppelin"))
    assert "Nothing here by that name" in empty
    assert "Desk" in empty
    assert "Did you mean" not in empty
    misspelled = _page(shelves, "/search?q=Noteboke+feild")
    assert 'Did you mean <a href="/search?q=notebook+field">notebook field</a>?' in misspelled
    assert "What are you looking for?" in _page(shelves, "/search")
    hostile = _page(shelves, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E%00'")
    assert "<script>alert" not in hostile


def test_what_a_search_finds_is_sorted_and_paged_as_asked(store: FlaskClient) -> None:
    with transaction() as session:
        stock_shelves(session)
        for number in range(30):
            put_product(session, simple(f"NIB-{number:02}", f"Steel nib {number:02}", 100 + number))

    def found(query: str) -> list[str]:
        return re.findall(r"Steel nib \d\d", _words(_page(store, f"/search?q=nib{query}").split("<main")[1]))

    def names(numbers: range) -> list[str]:
        return [f"Steel nib {number:02}" for number in numbers]

    assert found("&sort=price") == names(range(24))
    assert found("&sort=price&page=2") == names(range(24, 30))
    assert found("&sort=price-down") == names(range(29, 5, -1))
    assert found("&sort=price-down&page=2") == names(range(5, -1, -1))


def test_the_first_page_shows_collections_and_what_is_new(shelves: FlaskClient) -> None:
    text = _words(_page(shelves, "/"))
    for word in (
        "A shop that forgets.",
        "Desk",
        "New on the shelf",
        "Iron Gall Ink",
        "sold out",
        "What this shop does not do",
    ):
        assert word in text


def test_a_picture_is_kept_for_ever_and_a_drawing_can_do_nothing(shelves: FlaskClient) -> None:
    html = _page(shelves, "/products/field-notebook")
    (address,) = set(re.findall(r"/media/[0-9a-f]{32}\.svg", html))
    answer = shelves.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert shelves.get("/media/" + "0" * 32 + ".svg").status_code == 404


def test_a_photograph_comes_in_every_width_and_as_what_it_is(
    shelves: FlaskClient, settings: Settings
) -> None:
    held = io.BytesIO()
    Image.new("RGB", (700, 700), "teal").save(held, "PNG")
    measured = MediaFolder(settings.state_dir).keep_picture(held.getvalue())
    photo = PictureRequest(
        "ink.png",
        {"en": "A bottle of ink"},
        digest=measured.digest,
        width=measured.width,
        height=measured.height,
        widths=measured.widths,
    )
    with transaction() as session:
        put_product(session, simple("iron-gall-ink", "Iron Gall Ink", 2200, pictures=(photo,)))
    html = _page(shelves, "/products/iron-gall-ink")
    assert 'alt="A bottle of ink" width="640" height="640"' in html
    found = set(re.findall(r"/media/[0-9a-f]{32}-\d+\.\w+", html))
    assert {a.partition("-")[2] for a in found} == {"320.avif", "640.avif", "320.webp", "640.webp"}
    assert {shelves.get(a).mimetype for a in found} == {"image/avif", "image/webp"}


def test_the_small_print_is_that_of_the_market(shelves: FlaskClient) -> None:
    assert "<p>Wir</p>" in _page(shelves, "/eu-de/legal/imprint")
    assert "Impressum" in _page(shelves, "/eu-de/collections/desk")
    _page(shelves, "/us-en/legal/imprint", 404)
    _page(shelves, "/legal/nonsense", 404)


def test_a_product_says_when_it_would_arrive_unless_it_is_sold_out(shelves: FlaskClient) -> None:
    with transaction() as session:
        for code, days, is_pickup in (("pickup", 0, True), ("post", 2, False)):
            session.add(
                ShippingMethod(
                    code=code,
                    market_code="eu",
                    position=days,
                    names={"en": code},
                    carrier="hollow",
                    service="post",
                    countries=["NL"],
                    steps=[[1000, 490]],
                    days_least=days,
                    days_most=days + 2,
                    is_pickup=is_pickup,
                )
            )
    with clock.held_at(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        text = _words(_page(shelves, "/products/field-notebook"))
        gone = _words(_page(shelves, "/products/field-notebook?o.color=green"))
        elsewhere = _words(_page(shelves, "/us-en/products/field-notebook"))
    assert "With you between 24 Nov 2026 and 26 Nov 2026." in text
    assert "With you" not in gone
    assert "With you" not in elsewhere
