"""The types of the server's interface (PEP 3333), and the note that layers pass to the one that logs."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

Environ = dict[str, Any]


class StartResponse(Protocol):
    """How an application begins its answer."""

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: Any = None,  # noqa: ANN401 - PEP 3333
        /,
    ) -> Callable[[bytes], object]:
        """Begin an answer."""


WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

# A mutable note in the environment: endpoint, request id, whether the page came from the cache.
NOTE = "counterfoil.note"
# Set while a page is rendered for the shelf: it may know nothing of a shopper.
CACHED = "counterfoil.cached"
