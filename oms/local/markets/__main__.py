"""`python -m oms.local.markets --state DIR --accounts JSON` runs the stand-in; `--help` lists the rest."""

import json

from oms.local.markets.app import create
from oms.local.outside import serve


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.markets", "A stand-in for three marketplaces on this machine.")
    parser.add_argument("--accounts", type=json.loads, required=True, help="what CHANNELS holds, as JSON")
    parser.add_argument("--webhook-url", help="where webhooks go; {code} in it is the account's")
    chosen = parser.parse_args()
    serve.run(create(chosen.state, chosen.accounts, chosen.webhook_url, chosen.keep_days), chosen)


if __name__ == "__main__":
    main()
