"""Servers of our own and a client that counts: rates only mean something beside each other, in one run."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.ear import knows

HERE = Path(__file__).parent
CONNECTIONS = 8
SECONDS = 2.0
ROUNDS = 3


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    knows(port)
    return port


@contextmanager
def served(application: str, folder: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """Serve an application as production does, with one worker; give its port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "4", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, application], cwd=folder, env={**os.environ, **environ}, stdout=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not open its port")


def walk(port: int, paths: Sequence[str]) -> float:
    """Ask for each path once, by several at once; return full good answers per second, or raise."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as people:
        answers = people.map(lambda path: requests.get(f"http://127.0.0.1:{port}{path}", timeout=60), paths)
        assert {answer.status_code for answer in answers} == {200}
    return len(paths) / (time.perf_counter() - begun)


def hammer(port: int, paths: Sequence[str], seconds: float = SECONDS) -> tuple[float, int]:
    """Ask for paths at random over kept connections; return full good answers per second, and how many.

    Raises AssertionError for anything else than a whole answer.
    """
    counts, bad = [0] * CONNECTIONS, list[str]()
    end = time.perf_counter() + seconds

    def ask(number: int) -> None:
        choose = random.Random(number)  # noqa: S311 - which page is no secret
        with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
            while time.perf_counter() < end:
                path = choose.choice(paths)
                head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n"
                line.sendall(head.encode())
                status, length = answers.readline(), 0
                while (told := answers.readline()) != b"\r\n":
                    if told.lower().startswith(b"content-length:"):
                        length = int(told[15:])
                if b" 200 " not in status or len(answers.read(length)) != length:
                    bad.append(f"{path}: {status!r}")
                    return
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if bad:
        raise AssertionError(bad[0])
    return sum(counts) / (time.perf_counter() - begun), sum(counts)
