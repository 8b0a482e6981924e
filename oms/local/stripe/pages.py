"""The hosted pay page under `/c/pay/<session>`: plain HTML that works without JavaScript.

It asks for what Stripe asks for (an e-mail address unless the session brought one, a card) and keeps of a
card what Stripe would tell: brand and last four digits.
"""

from flask import Blueprint, Response, make_response, render_template, request

from oms.local.outside.faults import Faults, Kind
from oms.local.outside.store import Store
from oms.local.outside.work import Search
from oms.local.stripe import money, payments, sessions
from oms.local.stripe.cards import AUTHENTICATED, CARDS, Card, by_number
from oms.local.stripe.params import is_email
from oms.local.stripe.payments import Outcome, Payer
from oms.local.stripe.shapes import Shape

_NOT_A_TEST_CARD = "Your card number is invalid. Only Stripe's test cards work here."
_LONGEST = 200
_POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"


class Pages:
    """The page's handlers over the stand-in's ledger and faults."""

    def __init__(self, store: Store, faults: Faults) -> None:
        """Serve the sessions of `store`."""
        self.store, self.faults = store, faults

    def blueprint(self) -> Blueprint:
        """Return the routes of the pay page."""
        routes = Blueprint(
            "pages", __name__, url_prefix="/c", template_folder="templates", static_folder="static"
        )
        for rule, method, view in (
            ("/pay/<identifier>", "GET", self.show),
            ("/pay/<identifier>", "POST", self.pay),
            ("/pay/<identifier>/authenticate", "GET", self.ask),
            ("/pay/<identifier>/authenticate", "POST", self.authenticate),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=[method])
        routes.after_request(_guarded)
        return routes

    def show(self, identifier: str) -> Response:
        """Show the form, or that there is nothing left to pay."""
        session = self._session(identifier)
        return _closed(session) or self._form(session)

    def pay(self, identifier: str) -> Response:
        """Try to pay with what was typed."""
        card, payer = by_number(request.form.get("card", "")), _payer()
        session = self._session(identifier)
        if closed := _closed(session, status=409):
            return closed
        if not session["customer_email"] and not is_email(payer.email or ""):
            return self._form(session, "Your e-mail address is needed.", 400)
        if card is None:
            return self._form(session, _NOT_A_TEST_CARD, 402)
        later = self.faults.strike(Kind.DELAY_PAYMENT, request.path, "POST")
        with self.store.transaction() as work:
            session = sessions.get(work, identifier)
            if later is not None:
                outcome = payments.pay_later(work, session, payer, later)
            else:
                outcome = payments.attempt(work, session, card, payer)
        return self._after(identifier, outcome, card)

    def ask(self, identifier: str) -> Response:
        """Show the bank's question."""
        session = self._session(identifier)
        total = money.shown(session["amount_total"], session["currency"]) if session["id"] else ""
        return _closed(session) or make_response(
            render_template("authenticate.html", session=session, total=total)
        )

    def authenticate(self, identifier: str) -> Response:
        """Take the answer to the bank's question."""
        card, session = CARDS[AUTHENTICATED], self._session(identifier)
        if closed := _closed(session, status=409):
            return closed
        with self.store.transaction() as work:
            session = sessions.get(work, identifier)
            is_passed = request.form.get("result") == "complete"
            outcome = payments.authenticate(work, session, card, is_passed=is_passed)
        return self._after(identifier, outcome, card)

    def _after(self, identifier: str, outcome: Outcome, card: Card) -> Response:
        session = self._session(identifier)
        match outcome:
            case Outcome.PAID | Outcome.PROCESSING | Outcome.AUTHORIZED:
                return _redirect(success_url(session))
            case Outcome.REQUIRES_ACTION:
                return _redirect(f"{request.path.rstrip('/')}/authenticate")
            case Outcome.DECLINED:
                text = card.decline.message if card.decline else "We could not confirm that it is you."
                return self._form(session, f"{text} Please try another card.", 402)
            case Outcome.CLOSED:
                return _closed(session, status=409) or _unknown()

    def _session(self, identifier: str) -> Shape:
        with self.store.reading() as work:
            return work.get(sessions.KIND, identifier) or {"id": None, "status": "unknown"}

    def _form(self, session: Shape, error: str | None = None, status: int = 200) -> Response:
        with self.store.reading() as work:
            lines = work.find(Search("item", (("session", "=", session["id"]),)))[::-1]
        currency = session["currency"]
        for line in lines:
            line["shown"] = money.shown(line["amount_total"], currency)
        shipping = session["total_details"]["amount_shipping"]
        page = render_template(
            "pay.html",
            session=session,
            lines=lines,
            shipping=money.shown(shipping, currency) if shipping else None,
            total=money.shown(session["amount_total"], currency),
            error=error,
            typed={"email": request.form.get("email", ""), "name": request.form.get("name", "")},
        )
        return make_response(page, status)


def success_url(session: Shape) -> str:
    """Return where the shopper goes after paying, with the session's id filled in."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _payer() -> Payer:
    email, name = (request.form.get(field, "").strip()[:_LONGEST] for field in ("email", "name"))
    return Payer(email or None, name or None)


def _closed(session: Shape, status: int = 200) -> Response | None:
    match session["status"]:
        case "open":
            return None
        case "complete":
            heading, text = "You have already paid", "This payment is complete; nothing is charged twice."
            return _page(heading, text, success_url(session), status)
        case "expired":
            heading, text = "This payment page has expired", "Nothing was charged. Please begin again."
            return _page(heading, text, session["cancel_url"], status)
    return _unknown()


def _unknown() -> Response:
    return _page("There is no such payment", "Please check the address.", None, 404)


def _page(heading: str, text: str, link: str | None, status: int) -> Response:
    return make_response(render_template("closed.html", heading=heading, text=text, link=link), status)


def _redirect(url: str) -> Response:
    response = make_response("", 303)
    response.location = url
    response.autocorrect_location_header = False
    return response


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
