"""What the register's words are called elsewhere: in Fides's taxonomy and in the W3C's vocabulary.

Fides: the default taxonomy of fideslang 3.1.4 (https://ethyca.github.io/fideslang/taxonomy/overview/).
W3C: Data Privacy Vocabulary 2.1 (https://w3id.org/dpv/2.1) and its extension of personal data
(https://w3id.org/dpv/2.1/pd); `PUBLISHED` lists every term that is used. They were looked up on 2026-11-22
in the modules of 2.1 (https://github.com/w3c/dpv/tree/master/2.1/dpv/modules), but for four only seen in use
or as parents of others: dpv:hasDataSubject, pd:Name, pd:PhysicalAddress, pd:DeviceBased.
"""

from oms.kernel.register import Basis, Category, Field, Kind, Purpose

# By the name of a field; a name that is not here is told by its category alone.
_FIELDS = {
    "email": ("user.contact.email", "pd:EmailAddress"),
    "phone": ("user.contact.phone_number", "pd:TelephoneNumber"),
    "mobile": ("user.contact.phone_number", "pd:TelephoneNumber"),
    "street": ("user.contact.address.street", "pd:Street"),
    "city": ("user.contact.address.city", "pd:City"),
    "district": ("user.contact.address.city", "pd:City"),
    "postcode": ("user.contact.address.postal_code", "pd:PostalCode"),
    "region": ("user.contact.address.state", "pd:Region"),
    "country": ("user.contact.address.country", "pd:Country"),
    "nickname": ("user.account.username", "pd:Username"),
    "code": ("user.authorization.credentials", "pd:SecretText"),
    "word": ("user.authorization.credentials", "pd:SecretText"),
    "secret": ("user.authorization.credentials", "pd:SecretText"),
}
_OF_PEOPLE = frozenset(
    {"order.delivery.name", "channel.delivery.name", "order.withdrawal.name", "history.address.name"}
)
_NAME = ("user.name", "pd:Name")
_CATEGORIES = {
    Category.CONTACT: ("user.contact", "pd:Contact"),
    Category.ADDRESS: ("user.contact.address", "pd:PhysicalAddress"),
    Category.ORDER_HISTORY: ("user.behavior.purchase_history", "pd:Purchase"),
    Category.DEVICE: ("user.device", "pd:DeviceBased"),
    Category.MESSAGE: ("user.content.private", "pd:Communication"),
    Category.EVIDENCE: ("user.content", "dpv:PersonalData"),
    Category.ACCOUNT: ("user.account", "pd:Authenticating"),
    Category.ABUSE: ("user.behavior", "dpv:PersonalData"),
}
USES = {
    Purpose.DELIVERY: ("essential.service.operations", "dpv:DeliveryOfGoods"),
    Purpose.ORDER_MESSAGES: ("essential.service.notifications", "dpv:CustomerOrderManagement"),
    Purpose.AFTER_SALES: ("essential.service.operations.support", "dpv:CustomerCare"),
    Purpose.PAYMENT: ("essential.service.payment_processing", "dpv:PaymentManagement"),
    Purpose.ACCOUNT: ("essential.service", "dpv:AccountManagement"),
    Purpose.SECURITY: ("essential.service.security", "dpv:EnforceSecurity"),
    Purpose.RIGHTS: ("essential.legal_obligation", "dpv:RightsFulfillment"),
}
BASES = {
    Basis.CONTRACT: ("Contract", "dpv:ContractPerformance"),
    Basis.LEGAL_OBLIGATION: ("Legal obligations", "dpv:LegalObligation"),
    Basis.CONSENT: ("Consent", "dpv:Consent"),
    Basis.LEGITIMATE_INTEREST: ("Legitimate interests", "dpv:LegitimateInterestOfController"),
}
_PROPERTIES = (
    "dpv:hasPersonalDataProcess dpv:hasPersonalData dpv:hasPurpose dpv:hasLegalBasis dpv:hasDataSubject"
    " dpv:hasRecipient dpv:hasStorageCondition dpv:hasDataSource"
)
_CLASSES = (
    "dpv:DataController dpv:DataProcessor dpv:Recipient dpv:ThirdParty dpv:PersonalDataProcess"
    " dpv:PersonalData dpv:StorageDuration dpv:StorageDeletion dpv:Customer dpv:Employee"
    " dpv:DataSubjectDataSource dpv:DataControllerDataSource dpv:ThirdPartyDataSource"
    " dpv:DeliveryOfGoods dpv:CustomerOrderManagement dpv:CustomerCare dpv:PaymentManagement"
    " dpv:AccountManagement dpv:EnforceSecurity dpv:RightsFulfillment"
    " dpv:ContractPerformance dpv:LegalObligation dpv:Consent dpv:LegitimateInterestOfController"
)
_SORTS = (
    "pd:EmailAddress pd:TelephoneNumber pd:Street pd:City pd:PostalCode pd:Region pd:Country pd:Username"
    " pd:SecretText pd:Name pd:Contact pd:PhysicalAddress pd:Purchase pd:DeviceBased pd:Communication"
    " pd:Authenticating"
)
PUBLISHED = frozenset(f"{_PROPERTIES} {_CLASSES} {_SORTS}".split())


def data_of(kind: Kind, field: Field) -> tuple[str, str]:
    """Return what sort of data a field is: the category of Fides and the class of the vocabulary."""
    if f"{kind.name}.{field.name}" in _OF_PEOPLE:
        return _NAME
    return _FIELDS.get(field.name, _CATEGORIES[field.category])


def is_of_staff(kind: Kind) -> bool:
    """Say whether a record is about somebody who works here, not about somebody who buys."""
    return kind.unit == "staff"


def source_of(kind: Kind) -> str:
    """Return where a record comes from, as a class of the vocabulary."""
    known = {"you": "dpv:DataSubjectDataSource", "the shop": "dpv:DataControllerDataSource"}
    known["our staff"] = known["the shop"]
    return known.get(kind.source, "dpv:ThirdPartyDataSource")
