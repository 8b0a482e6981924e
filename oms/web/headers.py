"""What every answer tells the browser: load nothing from elsewhere, frame nothing, keep no private page."""

from urllib.parse import urlsplit

from flask import Flask, Response

from oms.kernel.config import Settings

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


def install(app: Flask, settings: Settings) -> None:
    """Add the standing headers to each answer, and `no-store` to each that does not say otherwise."""
    standing = standing_headers(settings)

    def complete(response: Response) -> Response:
        for name, value in standing:
            if name not in response.headers:
                response.headers[name] = value
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(complete)
