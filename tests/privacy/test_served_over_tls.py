"""The web server that we ship, over HTTPS: which versions and suites it takes, and which not (B27)."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.certificates import Certificate, certificate
from tests.fakes import wait_until
from tests.privacy import scanners, tls
from tests.privacy.tls import HOST
from tests.running import ROOT, free_port


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("own"), "localhost", HOST)


@contextmanager
def served(folder: Path, files: Certificate, **more: str) -> Iterator[int]:
    """Serve over HTTPS by the line of `Procfile`, with an application of one word; give the port."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    (folder / "word.py").write_text(
        "def application(environ, start):\n    start('200 OK', [])\n    return [b'word']\n"
    )
    port = free_port()
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOST": HOST,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "GRANIAN_SSL_CERTIFICATE": str(files.certificate),
        "GRANIAN_SSL_KEYFILE": str(files.key),
        **more,
    }
    command = f"exec {lines['web'].replace('wsgi:application', 'word:application')}"
    process = subprocess.Popen(["sh", "-c", command], env=environ, cwd=folder)
    try:
        wait_until(lambda: socket.socket().connect_ex((HOST, port)) == 0, patience=60)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def version_of(port: int, files: Certificate) -> str:
    """Return the version in which a browser of today is served, and one word over it."""
    context = ssl.create_default_context(cafile=str(files.authority))
    with (
        socket.create_connection((HOST, port), 30) as sock,
        context.wrap_socket(sock, server_hostname="localhost") as line,
    ):
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        told = b"".join(iter(lambda: line.recv(4096), b""))
        assert told.startswith(b"HTTP/1.1 200")
        assert told.endswith(b"word")
        return str(line.version())


def weak_points(port: int) -> list[str]:
    """Return what a server takes of what is broken: old versions, weak suites, compression, plain HTTP."""
    every = [*tls.WEAK, *sorted(tls.STRONG)]
    # A server may answer in an older version than it was asked in.
    answers = [tls.taken(port, version, every) for version in (*tls.OLD.values(), tls.TLS_1_2)]
    answers.append(tls.taken(port, tls.TLS_1_2, tls.WEAK))
    chosen = [answer for answer in answers if answer is not None]
    versions = {version for version, _suite, _compression in chosen}
    found = [name for name, version in tls.OLD.items() if version in versions]
    found += ["weak suite"] if any(suite not in tls.STRONG for _version, suite, _ in chosen) else []
    found += ["compression"] if any(compression for _version, _suite, compression in chosen) else []
    with socket.create_connection((HOST, port), 30) as sock, suppress(OSError):
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        found += ["plain HTTP"] if sock.recv(5) == b"HTTP/" else []
    return found


def test_the_web_server_of_procfile_takes_tls_1_3_and_where_asked_1_2_and_nothing_weak(
    own: Certificate, tmp_path: Path, measured: Callable[..., None]
) -> None:
    scans = []
    with served(tmp_path, own) as port:
        found, newest = weak_points(port), version_of(port, own)
        older = tls.taken(port, tls.TLS_1_2, tls.STRONG)
        scans += scanners.sslyze(port, own)
    assert (newest, older) == ("TLSv1.3", None)
    with served(tmp_path, own, GRANIAN_SSL_PROTOCOL_MIN="tls1.2") as port:
        found += weak_points(port)
        older = tls.taken(port, tls.TLS_1_2, tls.STRONG)
        scans += scanners.sslyze(port, own)
    assert older is not None
    assert older[0] == tls.TLS_1_2
    assert older[1] in tls.STRONG
    told = f"our web server: TLS 1.3, or 1.2 too; weak points {len(found)} of 2 x 6 {found or ''}"
    measured("B27", told, passed=not found)
    if scans:
        well = scans.count(True)
        measured("B27", f"sslyze, Mozilla's intermediate: {well} of {len(scans)}", passed=all(scans))


def test_a_weak_server_is_found_out(own: Certificate) -> None:
    old = tls.speaking(own, ssl.TLSVersion.TLSv1)
    with tls.listening(tls.web, old) as kept:
        assert weak_points(kept.port) == ["TLS 1.0", "weak suite"]
    weak = tls.speaking(own, ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with tls.listening(tls.web, weak) as kept:
        assert weak_points(kept.port) == ["weak suite"]


@pytest.mark.privacy
def test_testssl_finds_nothing_high_in_the_web_server_of_procfile(
    own: Certificate, tmp_path: Path, measured: Callable[..., None]
) -> None:
    with served(tmp_path, own) as port:
        shipped = scanners.testssl(port, own, tmp_path)
    with served(tmp_path, own, GRANIAN_SSL_PROTOCOL_MIN="tls1.2") as port:
        older = scanners.testssl(port, own, tmp_path)
    # Each suite of 1.2 is strong, and which one it is the browser chooses: so has Mozilla's intermediate.
    found = shipped + [what for what in older if what != "cipher_order"]
    told = (
        f"testssl.sh: {len(found)} high findings or old versions, with TLS 1.3 and with 1.2 too {found or ''}"
    )
    measured("B27", told, passed=not found)


@pytest.mark.privacy
def test_testssl_finds_a_weak_server_out(own: Certificate, tmp_path: Path) -> None:
    part = ("--protocols", "--std")
    with tls.listening(tls.web, tls.speaking(own, ssl.TLSVersion.TLSv1)) as kept:
        assert {"TLS1", "cipherlist_aNULL"} <= set(scanners.testssl(kept.port, own, tmp_path, *part))
    weak = tls.speaking(own, ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers("ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")
    with tls.listening(tls.web, weak) as kept:
        assert scanners.testssl(kept.port, own, tmp_path, *part) == ["cipherlist_NULL"]
