"""What a stand-in is made of while it runs."""

from dataclasses import dataclass

from flask import Flask

from oms.local.outside.hooks import Hooks
from oms.local.outside.timers import Timers


@dataclass(frozen=True)
class Standin:
    """The running parts of the stand-in."""

    app: Flask
    hooks: Hooks
    timers: Timers

    def start(self) -> None:
        """Begin to send webhooks and to do what is due later."""
        self.hooks.start()
        self.timers.start()

    def stop(self) -> None:
        """End both; the ledger keeps what was left to do."""
        self.timers.stop()
        self.hooks.stop()
