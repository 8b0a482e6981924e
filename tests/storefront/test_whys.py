"""A nervous shopper reads beside each field why it is asked; no field of a form says nothing."""

from html.parser import HTMLParser

from flask.testing import FlaskClient

from oms.kernel.db import transaction
from oms.web import asked
from oms.web.asked import Sort
from tests import make
from tests.forgetting import paid, proven

PERSONAL = {row.field for row in asked.rows() if row.sort in {Sort.NEEDED, Sort.FREE}}
# One sentence above the three of them says it, where they unfold.
TOGETHER = {"order_number", "parcel_name", "postcode"}
GUEST = (
    "/cart", "/checkout", "/account/sign-in", "/account/password-sign-in", "/account/prove", "/orders",
    "/orders/locked-out", "/withdraw", "/your-data/ask",
)  # fmt: skip


class _Fields(HTMLParser):
    """Collects the visible fields of a page, and which of them are explained."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, bool] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in {"input", "select", "textarea"} and told.get("type") != "hidden":
            self.found[told.get("name") or ""] = bool(told.get("aria-describedby"))


def silent(page: str) -> list[str]:
    """Return the fields of a page that ask something of a person and do not say why."""
    reader = _Fields()
    reader.feed(page)
    return sorted(name for name, is_told in reader.found.items() if name in PERSONAL and not is_told)


def test_each_field_that_a_guest_meets_says_why_it_is_asked(store: FlaskClient) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    data = {"sku": "RETRO-CLOCK", "quantity": "1"}
    store.post("/cart/lines", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    for path in GUEST:
        page = store.get(path)
        assert page.status_code == 200, path
        assert set(silent(page.text)) <= (TOGETHER if path == "/your-data/ask" else set()), path
    order = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test", f"/orders/{order.number}")
    for path in ("correct", "withdraw"):
        page = visitor.get(f"/orders/{order.number}/{path}")
        assert (page.status_code, silent(page.text)) == (200, []), path


def test_a_field_that_says_nothing_is_seen() -> None:
    assert silent('<input name="email"><input name="phone" aria-describedby="phone-why">') == ["email"]
