"""Settings: production starts with strong ones only, and says of each other what is wrong with it."""

import json
from pathlib import Path

import pytest

from oms.kernel.config import load
from oms.kernel.errors import ConfigurationError
from tests.production import strong_settings

SHOP = "postgresql://nowhere/shop?sslmode=verify-full"
STRONG = "whsec_0123456789abcdefghijklmnopqrstuv"


def test_production_starts_with_strong_settings(tmp_path: Path) -> None:
    settings = load(strong_settings(tmp_path))
    assert settings.is_production
    assert settings.is_https
    assert settings.stripe_api_base == settings.carrier_url == ""


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is not set."),
        ("SECRET_KEY", "changeme", "SECRET_KEY is too weak"),
        ("SECRET_KEY", "a" * 64, "SECRET_KEY is too weak"),
        ("MASTER_KEY", "", "MASTER_KEY (or _FILE, or _COMMAND) must give 32 random bytes"),
        ("MASTER_KEY", "A" * 43 + "=", "MASTER_KEY must give 32 random bytes"),
        ("DATABASE_URL", "sqlite:///shop.db", "DATABASE_URL must begin with"),
        ("KEYRING_URL", SHOP, "KEYRING_URL must be another database"),
        ("REDIS_URL", "", "REDIS_URL is not set."),
        ("STRIPE_SECRET_KEY", "", "STRIPE_SECRET_KEY is not set."),
        ("STRIPE_SECRET_KEY", "sk_test_0123456789", "STRIPE_SECRET_KEY is no live key"),
        ("STRIPE_SECRET_KEY", "rk_test_0123456789", "STRIPE_SECRET_KEY is no live key"),
        ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET is not set."),
        ("STRIPE_WEBHOOK_SECRET", "x", "STRIPE_WEBHOOK_SECRET is too weak"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_" + "a" * 40, "STRIPE_WEBHOOK_SECRET is too weak"),
        ("STRIPE_WEBHOOK_SECRET", f"{STRONG},", "STRIPE_WEBHOOK_SECRET is too weak"),
        ("STRIPE_WEBHOOK_SECRET", f"{STRONG},x", "STRIPE_WEBHOOK_SECRET is too weak"),
        ("SMTP_URL", "", "SMTP_URL is not set."),
        ("MAIL_FROM", "", "MAIL_FROM is not set."),
        ("MAIL_FROM", "shop@shop.test", "MAIL_FROM must be an address of yours"),
        ("PUBLIC_URL", "", "PUBLIC_URL is not set."),
        ("PUBLIC_URL", "http://shop.test", "PUBLIC_URL must begin with https://"),
        ("DESK_HOST", "", "DESK_HOST is not set"),
        ("METRICS_TOKEN", "letmein", "METRICS_TOKEN is too weak"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES must be a whole number"),
        ("DEMO_PASSWORD", "four parcels", "DEMO_PASSWORD is set"),
    ],
)
def test_production_refuses_what_is_weak_and_names_it(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as refused:
        load({**strong_settings(tmp_path), name: value})
    assert told in str(refused.value)


@pytest.mark.parametrize("name", ["STRIPE_API_BASE", "CARRIER_URL"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.2", "localhost", "stripe.localhost", "[::]", "[::1]", "[::ffff:7f00:1]"]
)
def test_production_refuses_stand_ins_on_this_machine(tmp_path: Path, name: str, host: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} points to a local stand-in"):
        load({**strong_settings(tmp_path), name: f"http://{host}:4010"})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CARRIER_KEY", "", "CARRIER_KEY is not set."),
        ("CARRIER_KEY", " ", "CARRIER_KEY is not set."),
        ("CARRIER_WEBHOOK_SECRET", "", "CARRIER_WEBHOOK_SECRET is not set."),
        ("CARRIER_WEBHOOK_SECRET", "tracking", "CARRIER_WEBHOOK_SECRET is too weak"),
    ],
)
def test_a_carrier_needs_its_key_and_a_secret_that_signs(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    whole = {
        **strong_settings(tmp_path),
        "CARRIER_URL": "https://api.carrier.example",
        "CARRIER_KEY": "key",
        "CARRIER_WEBHOOK_SECRET": STRONG,
    }
    assert load(whole).carrier_webhook_secret == STRONG
    with pytest.raises(ConfigurationError) as refused:
        load({**whole, name: value})
    assert str(refused.value).count("\n") == 1
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("name", "place", "told"),
    [
        ("BACKUP_KEYRING", "data", "BACKUP_DATA and BACKUP_KEYRING must lie apart"),
        ("BACKUP_KEYRING", "data/keys", "BACKUP_DATA and BACKUP_KEYRING must lie apart"),
        ("BACKUP_KEYRING", "other/../data/keys", "BACKUP_DATA and BACKUP_KEYRING must lie apart"),
        ("TOMBSTONES", "data/tombstones", "BACKUP_DATA and TOMBSTONES must lie apart"),
        ("TOMBSTONES", "keyring/tombstones", "BACKUP_KEYRING and TOMBSTONES must lie apart"),
    ],
)
def test_backups_and_what_was_erased_since_lie_apart(
    tmp_path: Path, name: str, place: str, told: str
) -> None:
    folders = {"BACKUP_DATA": "data", "BACKUP_KEYRING": "keyring", "TOMBSTONES": "tombstones"}
    whole = {**strong_settings(tmp_path), **{one: str(tmp_path / at) for one, at in folders.items()}}
    assert load(whole).is_production
    with pytest.raises(ConfigurationError) as refused:
        load({**whole, name: str(tmp_path / place)})
    assert str(refused.value).count("\n") == 1
    assert told in str(refused.value)


def test_two_signing_secrets_are_good_while_they_change(tmp_path: Path) -> None:
    both = f"{STRONG},{STRONG[::-1]}"
    assert load({**strong_settings(tmp_path), "STRIPE_WEBHOOK_SECRET": both}).stripe_webhook_secret == both


WHOLE_ACCOUNT = {
    "channel": "shopify",
    "url": "https://shop.myshopify.com",
    "token": "a token",
    "secret": "a secret",
    "location": "7",
}


def accounts(folder: Path, told: object) -> dict[str, str]:
    """The settings of a shop whose accounts at marketplaces are these."""
    file = folder / "channels.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return {**strong_settings(folder), "CHANNELS": str(file)}


def test_accounts_at_marketplaces_are_read_and_none_is_shown(tmp_path: Path) -> None:
    settings = load(accounts(tmp_path, {"own-shop": WHOLE_ACCOUNT}))
    assert settings.at("shopify") == ["own-shop"]
    assert (settings.amazon, settings.shopify, settings.tiktok) == (False, True, False)
    assert "a token" not in repr(settings)


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("{", "CHANNELS names no file of accounts in JSON: JSONDecodeError."),
        (["own-shop"], "CHANNELS names no file of accounts in JSON: AttributeError."),
        ({"own-shop": "shopify"}, "CHANNELS names no file of accounts in JSON: ValueError."),
        ({"Own Shop": WHOLE_ACCOUNT}, "CHANNELS, Own Shop: name it with small letters"),
        ({"own-shop": {**WHOLE_ACCOUNT, "channel": "ebay"}}, "give channel: amazon or shopify or tiktok."),
        ({"own-shop": {**WHOLE_ACCOUNT, "secret": ""}}, "CHANNELS, own-shop: secret is missing."),
        ({"own-shop": {**WHOLE_ACCOUNT, "secret": 7}}, "CHANNELS, own-shop: secret must be text."),
        ({"own-shop": {**WHOLE_ACCOUNT, "channel": []}}, "CHANNELS, own-shop: channel must be text."),
        ({"own-shop": {**WHOLE_ACCOUNT, "location": "12a"}}, "CHANNELS, own-shop: location must be digits."),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "https://10.0.0.7"}}, "url must lead to the marketplace"),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "https://169.254.169.254"}}, "url must lead to the market"),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "https://[::ffff:10.0.0.7]"}}, "url must lead to the market"),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "https://["}}, "url must lead to the marketplace"),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "http://shop.myshopify.com"}}, "url must lead to the market"),
        ({"own-shop": {**WHOLE_ACCOUNT, "url": "https://127.0.0.1"}}, "url must lead to the marketplace"),
    ],
)
def test_accounts_that_cannot_be_used_are_named_without_their_secrets(
    tmp_path: Path, told: object, complaint: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(accounts(tmp_path, told))
    assert complaint in str(refused.value)
    assert "a token" not in str(refused.value)


def test_every_complaint_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load({**strong_settings(tmp_path), "SECRET_KEY": "", "SMTP_URL": "", "DESK_HOST": ""})
    assert [name in str(refused.value) for name in ("SECRET_KEY", "SMTP_URL", "DESK_HOST")] == [True] * 3


def test_development_makes_up_what_it_needs(tmp_path: Path) -> None:
    settings = load(
        {
            "DATABASE_URL": "postgresql://nowhere/shop",
            "KEYRING_URL": "postgresql://nowhere/keyring",
            "STATE_DIR": str(tmp_path),
            "STRIPE_API_BASE": "http://127.0.0.1:4010",
        }
    )
    assert not settings.is_production
    assert len(settings.secret_key) >= 32
    assert len(settings.master_key) == 32
    assert settings.mail_from == "shop@shop.test"
