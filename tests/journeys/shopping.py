"""What somebody does in the shop with a browser: buy, prove a mailbox, copy, delete; and the books."""

import json
import re
import zipfile

from sqlalchemy import text

from oms.kernel.db import Role, reading
from tests.journeys.walker import Mailbox, Walker
from tests.privacy import canaries
from tests.privacy.canaries import Person
from tests.running import RunningShop

NUMBER = re.compile(r"/orders/([0-9A-Z-]+)$")


def find(guest: Walker, typed: str, *, place: str = "") -> list[str]:
    """Type words into the search of a market and language, and return the names of the goods found."""
    guest.go(f"{place}/").page.locator(f'header a[href="{place}/search"]').click()
    guest.page.wait_for_url(re.compile("/search$"))
    guest.fill(q=typed).page.locator('main [role="search"] button').click()
    guest.page.wait_for_url(re.compile(r"/search\?q="))
    guest.look()
    return guest.page.locator("#found h2").all_inner_texts()


def look_around(guest: Walker) -> None:
    """Find goods by a word, by its beginning, by what stands within a Chinese name; and find nothing."""
    assert find(guest, "clock") == ["Retro clock"]
    assert find(guest, "penc") == ["Cedar pencil"]
    assert find(guest, "古座", place="/eu-zh") == ["复古座钟"]
    assert find(guest, "astrolabe") == []


def add_to_cart(guest: Walker, title: str, quantity: int) -> None:
    """Find something among what is new, look at it, put it into the cart."""
    guest.go("/").press(title, to="/products/")
    guest.page.locator('main [name="quantity"]').fill(str(quantity))
    guest.press("Add to cart")
    guest.page.get_by_text(f"{title} is in your cart.").first.wait_for()


def check_out(guest: Walker, person: Person) -> str:
    """Type what the checkout asks for, pay on Stripe's page, and return the order's number."""
    guest.go("/cart").press("Check out", to="/checkout$")
    guest.fill(
        email=person.strings["email"],
        name=person.strings["name"],
        street=person.strings["line_1"],
        postcode="2311 EZ",
        city=person.strings["city"],
    )
    guest.press(re.compile("^Pay "), to="/c/pay/")
    guest.page.fill("#card", "4242424242424242")
    guest.press(re.compile("^Pay "), to=NUMBER.pattern)
    guest.until("placed")
    found = NUMBER.search(guest.page.url)
    assert found is not None
    return found[1]


def money(number: str) -> dict[str, object]:
    """What the books say of an order: totals, tax and money, to the cent."""
    statement = (
        "SELECT o.goods, o.delivery, o.tax, o.total, o.currency, o.country, p.captured, p.refunded"
        " FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.number = :number"
    )
    with reading(Role.MIGRATE) as session:
        return dict(session.execute(text(statement), {"number": number}).mappings().one())


def traces(live: RunningShop, person: Person) -> list[canaries.Sighting]:
    """Where anything of this person stands readable in our stores; mail and outside parties are apart."""
    stores = live.stores
    return canaries.find(
        [person],
        canaries.postgres(stores.database),
        canaries.postgres(stores.keyring),
        canaries.valkey(stores.redis),
        canaries.folder(live.folder, exclude=["mail/*", "stripe/*", "carrier/*"]),
    )


def prove_mailbox(guest: Walker, person: Person) -> None:
    """Type the code that came to the mailbox, and see one's data."""
    guest.go("/account/prove?next=/your-data/").fill(email=person.strings["email"])
    guest.press("Send me the code", to="/account/code")
    guest.fill(code=Mailbox(guest.shop, person.strings["email"]).code())
    guest.press("Go on", to="/your-data/$")


def copy_of(guest: Walker) -> dict[str, list[dict[str, str]]]:
    """Have the copy made, take it, read it, and go back to one's data."""
    guest.press("Make the copy", to="/your-data/copies/").until("Take the copy")
    with guest.page.expect_download() as taken:
        guest.press("Take the copy")
    with zipfile.ZipFile(taken.value.path()) as archive:
        told: dict[str, list[dict[str, str]]] = json.loads(archive.read("your-data.json"))
    guest.go("/your-data/")
    return told


def delete(guest: Walker, way: str = "") -> None:
    """See the plan, choose a way where an order is open, say yes, and read the certificate."""
    guest.press("Show me what would go", to="/your-data/delete$")
    if way:
        guest.page.get_by_label(way).check()
    guest.press("Delete it", to="/your-data/requests/")
    assert "It is gone" in guest.words()


def sign_up(buyer: Walker, person: Person) -> None:
    """Open an account with the code that came to the mailbox."""
    buyer.go("/account/sign-in").fill(email=person.strings["email"])
    buyer.press("Send me the code", to="/account/code$")
    buyer.fill(code=Mailbox(buyer.shop, person.strings["email"]).code())
    buyer.press("Go on", to="/account/$")


def correct(buyer: Walker, street: str) -> None:
    """Send an order to another house of the same town."""
    buyer.press("Correct the address or the e-mail", to="/correct$")
    buyer.fill(street=street).press("Save", to=NUMBER.pattern)
