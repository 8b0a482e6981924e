"""Checkout Sessions: create, find, expire (docs.stripe.com/api/checkout/sessions)."""

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors, events, lists, money, shapes
from oms.local.stripe.expand import expanded, line_items
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

SHORTEST, LONGEST, GRACE = 30 * 60, 24 * 3600, 5
# Of most currencies (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts), in their minor units.
SMALLEST = 50
KIND = "checkout.session"
_CAPTURE = ("automatic", "automatic_async", "manual")
_METHODS = ("card", "sepa_debit")
_COPIED_TO_INTENT = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")


def create(work: Work, params: Params, pay_url: str) -> Json:
    """Create an open session; `pay_url` is the address under which its hosted page will be found."""
    session = shapes.session(work.now)
    _read_basics(params, session, work.now)
    lines, shipping = _read_lines(params), _read_shipping(params)
    _total(session, lines, shipping)
    intent_data = _read_intent_data(params.child("payment_intent_data"))
    expand = params.expand()
    params.end()
    session["url"] = f"{pay_url}/{session['id']}"
    work.put(KIND, {**session, "_intent": intent_data})
    for line in lines:
        work.put("item", {**line, "session": session["id"]})
    work.schedule(session["expires_at"], "expire_session", session["id"])
    return expanded(work, session, expand)


def get(work: Work, identifier: str) -> Shape:
    """Return a session with its inner notes; raises a Refusal when there is none."""
    session = work.get(KIND, identifier)
    if session is None:
        raise errors.no_such(KIND, identifier, "session")
    return session


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a session as the API shows it."""
    expand = params.expand()
    params.end()
    return expanded(work, outside(get(work, identifier)), expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of sessions, filtered by status, payment intent or creation."""
    cursor, where = lists.cursor(params), lists.created(params)
    for name in ("status", "payment_intent", "customer"):
        value = params.text(name)
        where += ((name, "=", value),) if value else ()
    expand = params.expand()
    params.end()
    page = lists.page(work, Search(KIND, where), cursor, "/v1/checkout/sessions")
    page["data"] = [outside(session) for session in page["data"]]
    return expanded(work, page, expand)


def items(work: Work, identifier: str, params: Params) -> Json:
    """Return a page of a session's lines in the order in which they were sent."""
    limit = lists.cursor(params).limit
    after = params.text("starting_after")
    params.end()
    get(work, identifier)
    page = line_items(work, identifier)
    ids = [item["id"] for item in page["data"]]
    first = ids.index(after) + 1 if after in ids else 0
    return {**page, "data": page["data"][first : first + limit], "has_more": len(ids) > first + limit}


def expire(work: Work, identifier: str, params: Params) -> Json:
    """Expire an open session on request; any other status is refused as Stripe refuses it."""
    expand = params.expand()
    params.end()
    session = get(work, identifier)
    if session["status"] != "open":
        text = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
        raise errors.impossible(text, "session")
    return expanded(work, outside(close_expired(work, session)), expand)


def close_expired(work: Work, session: Shape) -> Shape:
    """Turn an open session into an expired one, cancel its intent and say so."""
    session.update(status="expired", url=None)
    work.put(KIND, session)
    intent = work.get("payment_intent", session["payment_intent"] or "")
    if intent is not None:
        intent.update(
            status="canceled", canceled_at=work.now, cancellation_reason="expired", next_action=None
        )
        events.emit(work, "payment_intent.canceled", work.put("payment_intent", intent))
    events.emit(work, "checkout.session.expired", outside(session))
    return session


def expire_when_due(work: Work, identifier: str) -> None:
    """Expire a session whose time has come; the timer's action."""
    session = work.get(KIND, identifier)
    if session is not None and session["status"] == "open" and session["expires_at"] <= work.now:
        close_expired(work, session)


def outside(session: Shape) -> Shape:
    """Return a session without the stand-in's inner notes."""
    return {name: value for name, value in session.items() if not name.startswith("_")}


def _read_basics(params: Params, session: Shape, now: int) -> None:
    if params.needed("mode") != "payment":
        raise errors.invalid("The stand-in serves mode=payment only.", "mode")
    params.choice("ui_mode", ("hosted_page",))
    params.needed("success_url")
    methods = params.words("payment_method_types")
    if any(method not in _METHODS for method in methods):
        raise errors.invalid(f"The stand-in serves {', '.join(_METHODS)} only.", "payment_method_types")
    session.update(
        success_url=params.url("success_url"),
        cancel_url=params.url("cancel_url"),
        client_reference_id=params.text("client_reference_id", most=200),
        customer_email=params.email("customer_email"),
        customer_creation=params.choice("customer_creation", ("always", "if_required")) or "if_required",
        locale=params.text("locale"),
        submit_type=params.choice("submit_type", ("auto", "pay", "book", "donate")),
        billing_address_collection=params.choice("billing_address_collection", ("auto", "required")),
        metadata=params.metadata(),
        payment_method_types=methods or ["card"],
        integration_identifier=params.text("integration_identifier", most=200),
    )
    if session["customer_email"]:
        session["customer_details"] = shapes.customer_details(session["customer_email"])
    for name in ("automatic_tax", "phone_number_collection"):
        if params.child(name).flag("enabled"):
            raise errors.invalid(f"The stand-in serves {name}[enabled]=false only.", f"{name}[enabled]")
    session["expires_at"] = _read_expiry(params, now)


def _read_expiry(params: Params, now: int) -> int:
    sent = params.whole("expires_at", most=10**11)
    if sent is None:
        return now + LONGEST
    # A caller that wants exactly 30 minutes must not fail by the second that its request travels.
    if not now + SHORTEST - GRACE <= sent <= now + LONGEST + GRACE:
        text = "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation."
        raise errors.invalid(text, "expires_at")
    return sent


def _read_lines(params: Params) -> list[Shape]:
    rows = params.rows("line_items")
    if not rows:
        raise errors.missing("line_items")
    return [_read_line(row) for row in rows]


def _read_line(row: Params) -> Shape:
    if row.has("price"):
        raise errors.invalid("The stand-in knows no stored prices; send price_data.", row.name("price"))
    price, quantity = row.child("price_data"), row.whole("quantity", least=1, most=999_999)
    if quantity is None:
        raise errors.missing(row.name("quantity"))
    currency, amount = price.needed("currency", most=3).lower(), price.whole("unit_amount")
    if amount is None:
        raise errors.missing(price.name("unit_amount"))
    money.check(amount, currency, price.name("unit_amount"))
    product = price.child("product_data")
    line = shapes.line_item(product.needed("name"), quantity, amount, currency)
    product.text("description")
    product.words("images")
    product.text("tax_code")
    product.metadata()
    line["metadata"] = row.metadata()
    line["price"]["tax_behavior"] = price.choice("tax_behavior", ("inclusive", "exclusive")) or "unspecified"
    for level in (product, price, row):
        level.end()
    return line


def _read_shipping(params: Params) -> tuple[int, str] | None:
    options = params.rows("shipping_options")
    if not options:
        return None
    rate = options[0].child("shipping_rate_data")
    rate.needed("display_name", most=100)
    rate.choice("type", ("fixed_amount",))
    fixed = rate.child("fixed_amount")
    amount, currency = fixed.whole("amount"), fixed.needed("currency", most=3).lower()
    if amount is None:
        raise errors.missing(fixed.name("amount"))
    money.check(amount, currency, fixed.name("amount"))
    for level in (fixed, rate, options[0]):
        level.end()
    return amount, currency


def _total(session: Shape, lines: list[Shape], shipping: tuple[int, str] | None) -> None:
    currencies = {line["currency"] for line in lines} | ({shipping[1]} if shipping else set())
    if len(currencies) > 1:
        text = "All line items and shipping rates of a Checkout Session must have the same currency."
        raise errors.invalid(text, "line_items")
    subtotal = sum(line["amount_total"] for line in lines)
    session.update(currency=currencies.pop(), amount_subtotal=subtotal, amount_total=subtotal)
    if shipping:
        session["amount_total"] += shipping[0]
        session["total_details"]["amount_shipping"] = shipping[0]
        session["shipping_cost"] = {
            "amount_subtotal": shipping[0],
            "amount_tax": 0,
            "amount_total": shipping[0],
            "shipping_rate": shapes.new_id("shr_"),
        }
    if session["amount_total"] <= 0:
        raise errors.invalid("The stand-in serves no free orders.", "line_items", "amount_too_small")
    if session["amount_total"] < SMALLEST:
        least = f"{SMALLEST} {session['currency']}"
        text = f"The Checkout Session's total amount due must add up to at least {least}"
        raise errors.invalid(text, "line_items", "amount_too_small")


def _read_intent_data(params: Params) -> Shape:
    data: Shape = {name: params.text(name) for name in _COPIED_TO_INTENT}
    data["metadata"] = params.metadata()
    data["capture_method"] = params.choice("capture_method", _CAPTURE) or "automatic_async"
    if params.has("shipping"):
        data["shipping"] = params.peek("shipping")
    params.end()
    return data
