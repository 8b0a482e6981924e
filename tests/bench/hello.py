"""The limit that pages are measured against: Flask and nothing else."""

from flask import Flask

application = Flask(__name__)


@application.get("/")
def hello() -> str:
    """Say hello."""
    return "hello"
