"""What is said to one address carried to another, so that something here is met as if it were elsewhere."""

import asyncio
import contextlib
import socket
import ssl
import threading
from asyncio import StreamReader, StreamWriter

from tests.certificates import Certificate
from tests.ear import reaching

_PIECE = 65_536


def own_address() -> str:
    """Return this machine's address in its network; empty where it has none but loopback. Sends nothing."""
    with reaching("192.0.2.1:9"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address of examples
        except OSError:
            return ""
        found: str = probe.getsockname()[0]
        return "" if found.startswith("127.") else found


class Forwarder:
    """Listens on an address of this machine, ends TLS, and carries each connection to a port on loopback."""

    def __init__(self, host: str, port: int, own: Certificate) -> None:
        self._port = port
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(own.certificate, own.key)
        self._listener = socket.create_server((host, 0))
        self._loop = asyncio.new_event_loop()
        self.address = f"https://{host}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        serving = asyncio.start_server(self._meet, sock=self._listener, ssl=self._tls)
        server = self._loop.run_until_complete(serving)
        self._loop.run_forever()
        server.close()
        self._loop.close()

    async def _meet(self, reader: StreamReader, writer: StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))

    def stop(self) -> None:
        """Listen no longer."""
        self._loop.call_soon_threadsafe(self._loop.stop)


async def _carry(source: StreamReader, target: StreamWriter) -> None:
    with contextlib.suppress(OSError):  # either side may hang up at any time
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()
    target.close()
