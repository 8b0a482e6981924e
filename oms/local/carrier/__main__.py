"""`python -m oms.local.carrier --state DIR --key TOKEN` runs the stand-in; `--help` lists the rest."""

from oms.local.carrier.app import Habits, create
from oms.local.outside import serve
from oms.local.outside.hooks import Endpoint, loopback


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.carrier", "A stand-in for a carrier on this machine.")
    parser.add_argument("--key", required=True, help="the token that opens the API")
    parser.add_argument("--webhook-url", type=loopback, help="where signed webhooks go; none: nowhere")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="signs webhooks; may be repeated"
    )
    parser.add_argument("--auto-deliver", type=int, help="seconds between the steps of each parcel's way")
    chosen = parser.parse_args()
    endpoint = Endpoint("Carrier-Signature", chosen.webhook_url, chosen.webhook_secret)
    standin = create(chosen.state, chosen.key, endpoint, Habits(chosen.keep_days, chosen.auto_deliver))
    server = serve.listen(standin.app, chosen.port)
    standin.start()
    serve.announce(chosen.announce, f"http://{serve.HOST}:{server.server_port}")
    serve.until_stopped(server, standin.stop)


if __name__ == "__main__":
    main()
