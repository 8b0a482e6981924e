"""What machines are told, as text: robots (RFC 9309), sitemaps.org's XML, security.txt (RFC 9116)."""

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from oms.web.markets import DEFAULT, PLACES, Place

_CLOSED = ("/cart", "/checkout", "/orders", "/account", "/your-data", "/unsubscribe", "/oms", "/dev")
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def robots(public_url: str) -> str:
    """Return what crawlers may look at: everything that is the same for everybody."""
    closed = [f"Disallow: {where.prefix}{path}" for where in PLACES for path in _CLOSED]
    return "\n".join(["User-agent: *", *closed, "", f"Sitemap: {public_url}/sitemap.xml", ""])


def security(public_url: str, contact: str, expires: datetime) -> str:
    """Return whom to tell of a weakness; RFC 9116 wants a date within a year."""
    lines = (
        f"Contact: mailto:{contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, de, zh",
        f"Canonical: {public_url}/.well-known/security.txt",
    )
    return "\n".join(lines) + "\n"


def sitemap_index(public_url: str, parts: int) -> str:
    """Return the list of sitemaps."""
    listed = "".join(
        f"<sitemap><loc>{escape(public_url)}/sitemap-{n}.xml</loc></sitemap>\n" for n in range(1, parts + 1)
    )
    return f'{_XML}<sitemapindex xmlns="{_SCHEMA}">\n{listed}</sitemapindex>\n'


def sitemap(public_url: str, paths: list[str]) -> str:
    """Return the addresses of pages in every market and language, each with its siblings."""
    body = "".join(_entry(public_url, path, where) for path in paths for where in PLACES)
    head = f'<urlset xmlns="{_SCHEMA}" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    return f"{_XML}{head}\n{body}</urlset>\n"


def _entry(public_url: str, path: str, where: Place) -> str:
    siblings = [(other.tag, other) for other in PLACES] + [("x-default", DEFAULT)]
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href={quoteattr(public_url + other.prefix + path)}/>'
        for tag, other in siblings
    )
    return f"<url><loc>{escape(public_url + where.prefix + path)}</loc>{links}</url>\n"
