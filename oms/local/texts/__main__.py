"""`python -m oms.local.texts --state DIR --key KEY` runs the stand-in; `--help` lists the rest."""

from oms.local.outside import hooks, serve
from oms.local.outside.hooks import Endpoint
from oms.local.texts.app import create


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.texts", "A stand-in for a text service on this machine.")
    parser.add_argument("--key", required=True, help="the key that opens the API")
    hooks.add_options(parser)
    chosen = parser.parse_args()
    endpoint = Endpoint("Text-Signature", chosen.webhook_url, chosen.webhook_secret)
    standin = create(chosen.state, chosen.key, endpoint, chosen.keep_days)
    serve.run(standin, chosen)


if __name__ == "__main__":
    main()
