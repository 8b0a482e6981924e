"""Settings as a merchant makes them for real people: strong secrets, live keys, nothing of this machine."""

import base64
import secrets
from pathlib import Path


def strong_settings(folder: Path) -> dict[str, str]:
    """Return settings that production takes; nobody answers at their addresses. STATE_DIR is the folder."""
    return {
        "APP_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": "postgresql://nowhere/shop",
        "KEYRING_URL": "postgresql://elsewhere/keyring",
        "REDIS_URL": "redis://nowhere",
        "STRIPE_SECRET_KEY": f"sk_live_{secrets.token_hex(12)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_urlsafe(24)}",
        "SMTP_URL": "smtps://nowhere",
        "MAIL_FROM": "orders@counterfoil.shop",
        "PUBLIC_URL": "https://shop.test",
        "DESK_HOST": "desk.shop.test",
        "STATE_DIR": str(folder),
    }
