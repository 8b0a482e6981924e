"""The carriers by their codes, and what each of their services must know beside the address."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One way of a carrier to send; `needs_phone` where it calls before it delivers."""

    code: str
    name: str
    needs_phone: bool = False


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier: `slug` names it in the address of its webhooks; without one it tells us nothing.

    `sells_labels` is false where we print the address ourselves.
    """

    code: str
    name: str
    services: tuple[Service, ...]
    slug: str = ""
    sells_labels: bool = True

    def service(self, code: str) -> Service | None:
        """Return a service by its code."""
        return next((service for service in self.services if service.code == code), None)


HOLLOW = Carrier(
    "hollow",
    "Hollow Post",
    (Service("post", "Hollow Post"), Service("express", "Hollow Post Express", needs_phone=True)),
    slug="hollow-post",
)
SELF = Carrier(
    "self",
    "Our own label",
    (Service("post", "Address label, postage at the counter"), Service("pickup", "Collected in person")),
    sells_labels=False,
)
CARRIERS = {carrier.code: carrier for carrier in (HOLLOW, SELF)}


def by_slug(slug: str) -> Carrier | None:
    """Return the carrier that a webhook's address names."""
    return next((carrier for carrier in CARRIERS.values() if slug and carrier.slug == slug), None)
