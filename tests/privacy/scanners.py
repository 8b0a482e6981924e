"""What other people's scanners say of a server over TLS: testssl.sh, and sslyze where one is named."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.certificates import Certificate
from tests.lacking import without
from tests.privacy.tls import HOST

_OLD = {"SSLv2", "SSLv3", "TLS1", "TLS1_1"}
_HIGH = {"HIGH", "CRITICAL", "FATAL"}
# The certificate of one test is good for an hour, and its authority tells of none that it took back.
_OF_THE_TEST = {"cert_expirationStatus", "cert_notAfter", "cert_revocation"}


def testssl(port: int, own: Certificate, folder: Path, *part: str) -> list[str]:
    """Return what testssl.sh finds high or worse in a server, and each version older than TLS 1.2.

    Skips where the program is not installed; `part` are its options for less than a whole scan.
    """
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    if not program:
        without("no testssl.sh on this machine: sudo apt-get install testssl.sh")
    told = folder / f"testssl-{port}.json"
    how = ["--quiet", "--warnings", "off", "--color", "0", "--ip", HOST, "--add-ca", str(own.authority)]
    subprocess.run(
        [program, *how, *part, "--jsonfile", str(told), f"localhost:{port}"],
        stdout=subprocess.DEVNULL,
        timeout=400,
        check=False,
    )
    findings = {one["id"]: one for one in json.loads(told.read_text())}
    assert "scanTime" in findings, "testssl.sh did not come to its end"
    high = {what for what, one in findings.items() if one["severity"] in _HIGH}
    old = {what for what in _OLD if findings[what]["finding"].startswith("offered")}
    return sorted((high - _OF_THE_TEST - _OLD) | old)


def sslyze(port: int, own: Certificate) -> list[bool]:
    """Return what sslyze says of a server, where SSLYZE names one; nothing where none is installed.

    It wants an older `cryptography` than ours, and so an environment of its own: `pip install sslyze`.
    """
    program = os.environ.get("SSLYZE")
    if not program:
        return []
    wanted = ["--mozilla_config", "intermediate", "--certinfo_ca_file", str(own.authority)]
    done = subprocess.run(
        [program, *wanted, f"localhost:{port}"], capture_output=True, text=True, timeout=300, check=False
    )
    return [done.returncode == 0 and "OK - Compliant" in done.stdout]
