"""The demo shop's accounts: staff in every role, and one buyer. Production has none of them."""

from oms.buyers import actions as buyers
from oms.buyers import queries as known_buyers
from oms.buyers.actions import Proof
from oms.buyers.states import CodePurpose
from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.staff import actions as staff
from oms.staff import queries as known_staff
from oms.staff.actions import DemoSecrets, NewStaff
from oms.staff.states import StaffRole
from oms.web import credentials

BUYER = "ada@shop.test"
STAFF = {
    "owner@shop.test": ("Olive", StaffRole.OWNER),
    "packer@shop.test": ("Pim", StaffRole.PICKER_PACKER),
    "service@shop.test": ("Sanne", StaffRole.SERVICE),
    "privacy@shop.test": ("Priya", StaffRole.PRIVACY),
    "finance@shop.test": ("Finn", StaffRole.FINANCE),
}


def add_staff(settings: Settings) -> int:
    """Add whoever is missing, with the demo's password and authenticator; return how many were."""
    secrets = DemoSecrets(credentials.hash_password(settings.demo_password), settings.demo_totp)
    added = 0
    for email, (name, role) in STAFF.items():
        with reading() as session:
            if known_staff.member_of_mailbox(session, email) is not None:
                continue
            keys = staff.prepare_member(session)
        with transaction() as session:
            staff.add_demo_member(session, NewStaff(email, name, frozenset({role})), keys, secrets)
        added += 1
    return added


def add_buyer() -> int:
    """Open the account of the demo's buyer, whose code comes by mail; return 1 if it was new."""
    with reading() as session:
        if known_buyers.buyer_of_mailbox(session, BUYER) is not None:
            return 0
        keys = buyers.prepare_account(session)
    proof = Proof(BUYER, CodePurpose.SIGN_IN, "eu", "en", None, f"demo {clock.today()}")
    with transaction() as session:
        buyers.open_account(session, proof, keys)
    return 1
