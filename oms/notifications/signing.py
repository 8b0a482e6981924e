"""The DKIM signature of a mail (RFC 6376): by it a mail program knows that nobody changed what stops it."""

import dkim

from oms.kernel.config import Dkim

# Also where a mail has no such header: then nobody can put one in on its way (RFC 6376, 5.4.2). The two
# about stopping are asked for by RFC 8058, 4.
SIGNED = (
    *("from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"),
    *("content-language", "list-unsubscribe", "list-unsubscribe-post", "reply-to", "from"),
)


def signed(raw: bytes, how: Dkim | None) -> bytes:
    """Return a mail with its signature in front; as it is where no key is configured."""
    if how is None:
        return raw
    header: bytes = dkim.sign(
        raw,
        how.selector.encode(),
        how.domain.encode(),
        how.key,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name.encode() for name in SIGNED],
    )
    return header + raw
