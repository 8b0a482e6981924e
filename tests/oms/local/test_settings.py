"""Settings of a development machine: `.env`, and secrets made once."""

import ast
import base64
import re
from pathlib import Path

import pytest

from oms.local.errors import LocalError
from oms.local.settings import development_secrets, read_dotenv

_ROOT = Path(__file__).parents[3]


def test_a_settings_file_is_read_as_a_shell_would(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# a comment\n\nPORT=8001 # the other one\nexport SMTP_URL='smtp://a b'\nEMPTY=\n")
    assert read_dotenv(path) == {"PORT": "8001", "SMTP_URL": "smtp://a b", "EMPTY": ""}


def test_a_settings_file_that_is_not_there_has_no_settings(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}


@pytest.mark.parametrize("line", ["PORT 8001", "PORT=80 01", "PORT='8001", "9=x"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"HOST=127.0.0.1\n{line}\n")
    with pytest.raises(LocalError, match="line 2"):
        read_dotenv(path)


def test_secrets_are_made_once_and_are_for_the_owner_alone(tmp_path: Path) -> None:
    first = development_secrets(tmp_path, {})
    assert development_secrets(tmp_path, {}) == first
    assert len(base64.b64decode(first["MASTER_KEY"])) == 32
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_nothing_is_made_up_for_a_party_that_is_given(tmp_path: Path) -> None:
    made = development_secrets(tmp_path, {"STRIPE_SECRET_KEY": "sk_live_1", "MASTER_KEY_FILE": "/run/key"})
    assert "STRIPE_SECRET_KEY" not in made
    assert "STRIPE_WEBHOOK_SECRET" not in made
    assert "MASTER_KEY" not in made
    assert "CARRIER_KEY" in made


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"SECRET_KEY": ')
    with pytest.raises(LocalError, match="damaged"):
        development_secrets(tmp_path, {})
    assert (tmp_path / "secrets.json").read_text() == '{"SECRET_KEY": '


def test_the_example_tells_every_setting_and_no_other() -> None:
    told = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (_ROOT / ".env.example").read_text(), re.MULTILINE))
    sources = [path.read_text() for path in (_ROOT / "oms" / "kernel" / "config").glob("*.py")]
    words = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    read = {word for word in words if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", word)}
    assert told == read | {"HOST", "PORT", "TOMBSTONES", "PG_BIN", "PLACES", "CHANNELS"}


def test_the_example_itself_can_be_used() -> None:
    assert read_dotenv(_ROOT / ".env.example") == {
        "APP_ENV": "development",
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "STATE_DIR": "var",
        "TRUSTED_PROXIES": "0",
    }
