"""`python -m oms.local.carrier --state DIR --key TOKEN` runs the stand-in; `--help` lists the rest."""

from oms.local.carrier.app import Habits, create
from oms.local.outside import hooks, serve
from oms.local.outside.hooks import Endpoint


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.carrier", "A stand-in for a carrier on this machine.")
    parser.add_argument("--key", required=True, help="the token that opens the API")
    hooks.add_options(parser)
    parser.add_argument("--auto-deliver", type=int, help="seconds between the steps of each parcel's way")
    chosen = parser.parse_args()
    endpoint = Endpoint("Carrier-Signature", chosen.webhook_url, chosen.webhook_secret)
    standin = create(chosen.state, chosen.key, endpoint, Habits(chosen.keep_days, chosen.auto_deliver))
    serve.run(standin, chosen)


if __name__ == "__main__":
    main()
