"""What every answer tells the browser: load nothing from elsewhere, frame nothing, keep no private page."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response

from oms.kernel.config import Settings
from oms.web.wsgi import Environ, StartResponse, WsgiApp

STRIPE_CHECKOUT = "https://checkout.stripe.com"
_NO_FEATURES = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
    " interest-cohort=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()"
)


def content_security_policy(settings: Settings) -> str:
    """Return the policy: our own files only; forms may lead to Stripe, since their redirect is checked."""
    targets = ["'self'", STRIPE_CHECKOUT]
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        targets.append(f"{parts.scheme}://{parts.netloc}")
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action {' '.join(targets)}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def standing_headers(settings: Settings) -> list[tuple[str, str]]:
    """Return the headers that are the same on every answer of an application."""
    headers = [
        ("Content-Security-Policy", content_security_policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", _NO_FEATURES),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ]
    if settings.is_https:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    return headers


class Standing:
    """Adds the standing headers to whatever an application answers, from its cache and its redirects too."""

    def __init__(self, app: WsgiApp, settings: Settings) -> None:
        self.app = app
        self.standing = [(name, name.lower(), value) for name, value in standing_headers(settings)]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer; a header that the answer has already stays as it is."""

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401 - PEP 3333
            have = {name.lower() for name, _value in headers}
            added = [(name, value) for name, low, value in self.standing if low not in have]
            return start_response(status, [*headers, *added], exc_info)

        return self.app(environ, begin)


def install(app: Flask) -> None:
    """Say `no-store` on each answer that does not say otherwise."""

    def complete(response: Response) -> Response:
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(complete)
