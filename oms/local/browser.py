"""The browser of the journeys: Debian's chromium, installed by `make test` where it may be.

python -m oms.local.browser    find or install it; fails only where CI=true and there is none
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_TYPE = "sudo apt-get install chromium"


def find() -> Path | None:
    """Return the browser's program, None where the machine has none; BROWSER_PATH names one elsewhere."""
    for name in (os.environ.get("BROWSER_PATH") or "", *_PROGRAMS):
        if name and (program := shutil.which(name)):
            return Path(program)
    return None


def is_demanded(environ: Mapping[str, str]) -> bool:
    """Tell whether a missing browser must fail the tests instead of skipping the journeys."""
    return environ.get("CI", "").lower() in {"1", "true", "yes"}


def main() -> int:
    """Find or install the browser, say what becomes of the journeys without, and return the exit status."""
    if find() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("  installing chromium for the browser tests ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    if find() is not None:
        return 0
    if is_demanded(os.environ):
        print(f"CI=true and no chromium found. Type: {_TYPE}", file=sys.stderr)
        return 1
    print(f"\n  *** No chromium found: ALL BROWSER TESTS WILL BE SKIPPED. Type: {_TYPE} ***\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
