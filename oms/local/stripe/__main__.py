"""`python -m oms.local.stripe --state DIR --key sk_test_…` runs the stand-in; `--help` lists the rest."""

from oms.local.outside import serve
from oms.local.outside.hooks import Endpoint, loopback
from oms.local.stripe.app import WEBHOOKS, create


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.stripe", "A stand-in for Stripe on this machine.")
    parser.add_argument("--key", required=True, help="the secret key that opens the API, sk_test_…")
    parser.add_argument("--webhook-url", type=loopback, help="where signed webhooks go; none: nowhere")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="whsec_…; twice while it changes"
    )
    parser.add_argument("--webhook-authority", default="", help="PEM file that vouches for a shop on HTTPS")
    chosen = parser.parse_args()
    signed, wanted = (chosen.webhook_url, chosen.webhook_secret), list(WEBHOOKS)
    endpoint = Endpoint("Stripe-Signature", *signed, wanted, chosen.webhook_authority)
    standin = create(chosen.state, chosen.key, endpoint, chosen.keep_days)
    server = serve.listen(standin.app, chosen.port)
    standin.start()
    serve.announce(chosen.announce, f"http://{serve.HOST}:{server.server_port}")
    serve.until_stopped(server, standin.stop)


if __name__ == "__main__":
    main()
