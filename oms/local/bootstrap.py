"""Set-up of a checkout: a virtual environment with exactly the pinned packages, each checked by its hash.

Run as `python3 -m oms.local.bootstrap [--dev]` with whatever Python the machine has: the standard library has
to be enough, and the syntax plain enough for an old Python to read on to the message about its age. Packages
are installed by a pinned uv, and by pip where uv cannot run. A stamp in `.venv` lets the next start skip it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from oms.local.errors import LocalError
from oms.local.terminal import Step

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
_PROBE = (
    "import sys\n"
    "if sys.version_info < (3, 11): sys.exit(3)\n"
    "try:\n import ensurepip, venv\n"
    "except ImportError: sys.exit(4)\n"
)
_WITHOUT_VENV = 4
# What pip was told about where packages come from, under the names that uv reads.
_FOR_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


class Checkout:
    """A checkout of the project and the virtual environment in it."""

    def __init__(self, root: Path = _ROOT) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self._stamp = self.venv / "requirements.stamp"

    def prepare(self, groups: Sequence[str]) -> bool:
        """Bring the environment to the pinned packages of the groups; return whether there was need to.

        Raises LocalError with the line to type where the machine lacks something.
        """
        with (self.root / "pyproject.toml").open() as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            stamped = self._stamped()
            if all(stamped.get(group) == self._digest(group) for group in groups) and self._runs():
                return False
            wanted = [name for name in ("runtime", "local", "dev") if name in groups or name in stamped]
            self._stamp.unlink(missing_ok=True)
            self._make_environment()
            self._install(wanted)
            self._stamp.write_text("".join(f"{name} {self._digest(name)}\n" for name in wanted))
            return True

    def requirements(self, group: str) -> Path:
        """Return the file that pins a group of packages."""
        return self.root / "requirements" / f"{group}.txt"

    def _make_environment(self) -> None:
        if self._runs():
            return
        python = suitable_python([sys.executable, *_NAMES])
        step = Step("virtual environment")
        run([python, "-m", "venv", "--clear", str(self.venv)], "could not make the virtual environment")
        step.done()

    def _install(self, groups: Sequence[str]) -> None:
        files = [self.requirements(group) for group in groups]
        step = Step(f"packages: {', '.join(groups)}")
        try:
            uv = self._uv()
            command = [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", str(self.python)]
            run([*command, *map(str, files)], "uv could not install", self._uv_environ())
        except LocalError as trouble:
            print(f"  {trouble}\n  installing with pip instead, which takes a minute or two", flush=True)
            options = [f"--requirement={path}" for path in files]
            command = [str(self.python), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
            run([*command, *options], "the packages could not be installed: is the package index reachable?")
        step.done()

    def _uv(self) -> Path:
        """Install the pinned uv, checked by its hash, beside the other packages; return its program."""
        folder = self.venv / "uv"
        program = folder / "bin" / "uv"
        pin = entry_of("uv", self.requirements("dev").read_text())
        mark = folder / hashlib.sha256(pin.encode()).hexdigest()[:12]
        if mark.exists():
            return program
        shutil.rmtree(folder, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
            pinned.write(pin)
            pinned.flush()
            pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            options = ["--no-deps", "--require-hashes", f"--target={folder}", f"--requirement={pinned.name}"]
            run([*pip, *options], "could not install uv")
        mark.touch()
        return program

    def _uv_environ(self) -> dict[str, str]:
        """Return the environment for uv: pip's index and certificates, and no cache in a closed home."""
        environ = dict(os.environ)
        told = subprocess.run(
            [str(self.python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        )
        for key, value in re.findall(r"^[^.\n]*\.([\w-]+)='(.*)'$", told.stdout, re.MULTILINE):
            name = _FOR_UV.get(key)
            if name is not None:
                environ.setdefault(name, value)
        if "UV_INDEX" in environ:
            environ.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # any index will do: hashes decide
        if not os.access(Path.home(), os.W_OK):
            environ.setdefault("UV_NO_CACHE", "1")
        return environ

    def _runs(self) -> bool:
        """Tell whether the environment's Python runs: it does not when the Python it links to is gone."""
        try:
            probe = subprocess.run([str(self.python), "-c", _PROBE], capture_output=True, check=False)
        except OSError:
            return False
        return probe.returncode == 0

    def _stamped(self) -> dict[str, str]:
        try:
            lines = self._stamp.read_text().splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split(" ", 1) for line in lines)

    def _digest(self, group: str) -> str:
        return hashlib.sha256(self.requirements(group).read_bytes()).hexdigest()


def suitable_python(names: Sequence[str]) -> str:
    """Return the first of the Pythons that is new enough and can make virtual environments.

    Raises LocalError with what to type where there is none.
    """
    lacking = []
    for name in names:
        program = shutil.which(name) if name else None
        if program is None:
            continue
        try:
            status = subprocess.run([program, "-c", _PROBE], capture_output=True, check=False).returncode
        except OSError:
            continue
        if status == 0:
            return program
        if status == _WITHOUT_VENV:
            lacking.append(program)
    if lacking:
        raise LocalError(
            f"{lacking[0]} comes without venv and ensurepip. Type: sudo apt-get install python3-venv "
            "(on other systems: install a complete Python 3.11 or later), then try again."
        )
    raise LocalError(
        f"no Python 3.11 or later found (this is {sys.version.split()[0]}). "
        "Type: sudo apt-get install python3 python3-venv, or install one from python.org, then try again."
    )


def entry_of(package: str, requirements: str) -> str:
    """Return the lines that pin a package with its hashes; LocalError where there are none."""
    match = re.search(rf"^{re.escape(package)}==[^\n\\]*(?:\\\n[^\n\\]*)*", requirements, re.MULTILINE)
    if match is None:
        raise LocalError(f"requirements/dev.txt does not pin {package}: run make requirements")
    return match.group(0) + "\n"


def run(command: list[str], trouble: str, environ: dict[str, str] | None = None) -> None:
    """Run a command quietly; LocalError with the end of what it said where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    except OSError as error:
        raise LocalError(f"{trouble}: {error}") from error
    if done.returncode != 0:
        tail = "\n    ".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise LocalError(f"{trouble}:\n    {tail}")


def main(arguments: list[str]) -> int:
    """Prepare the checkout for `make run`, or with --dev for the tests too; return the exit status."""
    groups = ["runtime", "local", "dev"] if "--dev" in arguments else ["runtime", "local"]
    since = time.monotonic()
    try:
        if Checkout().prepare(groups):
            print(f"  set-up: {time.monotonic() - since:.1f} s", flush=True)
    except LocalError as trouble:
        print(f"set-up failed: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
