"""`python -m oms.local.texts --state DIR --key KEY` runs the stand-in; `--help` lists the rest."""

from oms.local.outside import serve
from oms.local.outside.hooks import Endpoint, loopback
from oms.local.texts.app import create


def main() -> None:
    """Run the stand-in until it is told to stop."""
    parser = serve.options("oms.local.texts", "A stand-in for a text service on this machine.")
    parser.add_argument("--key", required=True, help="the key that opens the API")
    parser.add_argument("--webhook-url", type=loopback, help="where signed webhooks go; none: nowhere")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="signs webhooks; may be repeated"
    )
    chosen = parser.parse_args()
    endpoint = Endpoint("Text-Signature", chosen.webhook_url, chosen.webhook_secret)
    standin = create(chosen.state, chosen.key, endpoint, chosen.keep_days)
    server = serve.listen(standin.app, chosen.port)
    standin.start()
    serve.announce(chosen.announce, f"http://{serve.HOST}:{server.server_port}")
    serve.until_stopped(server, standin.stop)


if __name__ == "__main__":
    main()
