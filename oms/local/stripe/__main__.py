"""`python -m oms.local.stripe --state DIR --key sk_test_…` runs the stand-in; `--help` lists the rest."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from oms.local.outside import hooks, serve
from oms.local.outside.hooks import Endpoint
from oms.local.stripe.app import WEBHOOKS, create


def _over_tls(served: WSGIApplication) -> WSGIApplication:
    """Return an application whose own address is at https://, as something before it ends TLS."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return served({**environ, "wsgi.url_scheme": "https"}, start_response)

    return answer


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.stripe", "A stand-in for Stripe on this machine.")
    parser.add_argument("--key", required=True, help="the secret key that opens the API, sk_test_…")
    hooks.add_options(parser)
    parser.add_argument("--webhook-authority", default="", help="PEM file that vouches for a shop on HTTPS")
    parser.add_argument("--behind-tls", action="store_true", help="its pages are met at https://")
    chosen = parser.parse_args()
    signed, wanted = (chosen.webhook_url, chosen.webhook_secret), list(WEBHOOKS)
    endpoint = Endpoint("Stripe-Signature", *signed, wanted, chosen.webhook_authority)
    standin = create(chosen.state, chosen.key, endpoint, chosen.keep_days)
    if chosen.behind_tls:
        standin.app.wsgi_app = _over_tls(standin.app.wsgi_app)  # type: ignore[assignment, method-assign]
    serve.run(standin, chosen)


if __name__ == "__main__":
    main()
