"""The register as rows of our own, as a data map of Fides, and as JSON-LD in the W3C's vocabulary."""

from typing import Any

from oms.kernel.egress import RECIPIENTS, Recipient
from oms.kernel.register import KINDS, Field, Kind, Retention
from oms.privacy.mapping import terms

Json = dict[str, Any]
_DATASET = "counterfoil_vault"
# By what records of one person lead to each other: no personal field, so no part of the register.
THREADS = ("unit", "account")
# The record of each sort of unit by whose mailbox its person is found; a note and a claim have no other.
ROOTS = {
    "order": "order.contact",
    "account": "account.contact",
    "request": "request.contact",
    "guardian": "guardian.contact",
    "move": "move.claim",
}
# Words of the W3C for names and texts (https://www.w3.org/TR/json-ld11/, https://www.dublincore.org/).
_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def own() -> list[Json]:
    """Return a row for each personal field: why, on which ground, until when, for whom."""
    return [_row(kind, field) for kind in _kinds() for field in kind.fields]


def fides() -> Json:
    """Return a data map in the resources of fideslang 3: one organization, one dataset, its systems."""
    return {
        "organization": [{"fides_key": "default_organization", "name": "This shop"}],
        "dataset": [
            {
                "fides_key": _DATASET,
                "name": "Sealed records",
                "collections": [*(_collection(kind) for kind in _kinds()), _orders()],
            }
        ],
        "system": [_shop(), *(_outside(told) for told in _recipients())],
    }


def dpv() -> Json:
    """Return the register as JSON-LD: one process for each sealed record, in DPV 2.1."""
    return {
        "@context": _CONTEXT,
        "@id": "urn:counterfoil:shop",
        "@type": "dpv:DataController",
        "dpv:hasPersonalDataProcess": [_handled(kind) for kind in _kinds()],
        "dpv:hasRecipient": [_told(told) for told in _recipients()],
    }


def fields_of(shape: str, made: Any) -> set[str]:  # noqa: ANN401 - each shape is its own
    """Return the names of the personal fields that an export holds, read from what was written."""
    if shape == "own":
        return {row["field"] for row in made}
    if shape == "fides":
        kept = (each for dataset in made["dataset"] for each in dataset["collections"])
        return {
            f"{each['name']}.{field['name']}"
            for each in kept
            for field in each["fields"]
            if field["name"] not in THREADS
        }
    handled = made["dpv:hasPersonalDataProcess"]
    return {data["dct:identifier"] for process in handled for data in process["dpv:hasPersonalData"]}


EXPORTS = {"own": own, "fides": fides, "dpv": dpv}


def _kinds() -> list[Kind]:
    return sorted(KINDS.values(), key=lambda kind: kind.name)


def _recipients() -> list[Recipient]:
    return sorted(RECIPIENTS.values(), key=lambda told: told.name)


def _until(rule: Retention) -> str:
    return f"{rule.days} days after {rule.after}, at most {rule.at_most} days"


def _row(kind: Kind, field: Field) -> Json:
    return {
        "field": f"{kind.name}.{field.name}",
        "label": field.label,
        "category": field.category,
        "why": field.why,
        "purposes": sorted(kind.purposes),
        "basis": kind.basis,
        "retention": _until(kind.retention),
        "recipients": list(field.recipients),
        "source": kind.source,
        "erase": kind.erase,
    }


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _subject(kind: Kind) -> str:
    return "employee" if terms.is_of_staff(kind) else "customer"


def _collection(kind: Kind) -> Json:
    return {
        "name": kind.name,
        "description": f"Goes {_until(kind.retention)}. Erased by: {kind.erase}. From: {kind.source}.",
        "fields": [
            {
                "name": field.name,
                "description": field.why,
                "data_categories": [terms.data_of(kind, field)[0]],
                "data_subjects": [_subject(kind)],
                **_identity(kind, field),
            }
            for field in sorted(kind.fields, key=lambda field: field.name)
        ]
        + [_unit(kind)],
    }


def _identity(kind: Kind, field: Field) -> Json:
    """Say of a mailbox that a request may begin with it."""
    is_theirs = ROOTS.get(kind.unit) == kind.name and field.name == "email"
    return {"fides_meta": {"identity": "email"}} if is_theirs else {}


def _unit(kind: Kind) -> Json:
    """Return the thread from a record to the one by which its person is found."""
    root = ROOTS.get(kind.unit, "")
    leads = [_from("orders.unit")] if kind.unit == "order" else []
    leads += [_from(f"{root}.unit")] if root not in {"", kind.name} else []
    return _thread("unit", "What a record belongs to, such as one order.", leads)


def _orders() -> Json:
    """Return the one table that joins orders to an account."""
    fields = [
        _thread("unit", "The order.", [_from("order.contact.unit")]),
        _thread("account", "The account that it was placed with.", [_from("account.contact.unit")]),
    ]
    return {"name": "orders", "description": "Which order belongs to which account.", "fields": fields}


def _thread(name: str, why: str, leads: list[Json]) -> Json:
    return {
        "name": name,
        "description": why,
        "data_categories": ["user.unique_id.pseudonymous"],
        "data_subjects": ["customer"],
        "fides_meta": {"references": leads},
    }


def _from(field: str) -> Json:
    return {"dataset": _DATASET, "field": field, "direction": "from"}


def _shop() -> Json:
    """Return the shop itself: a declaration for each record and purpose, and to whom it sends."""
    return {
        "fides_key": "counterfoil",
        "name": "Counterfoil",
        "system_type": "Application",
        "dataset_references": [_DATASET],
        "egress": [{"fides_key": _key(told.name), "type": "system"} for told in _recipients()],
        "privacy_declarations": [
            {
                "name": f"{kind.name} for {purpose}",
                "data_categories": sorted({terms.data_of(kind, field)[0] for field in kind.fields}),
                "data_use": terms.USES[purpose][0],
                "data_subjects": [_subject(kind)],
                "dataset_references": [_DATASET],
                "egress": sorted({_key(name) for field in kind.fields for name in field.recipients}),
                "legal_basis_for_processing": terms.BASES[kind.basis][0],
                "retention_period": _until(kind.retention),
            }
            for kind in _kinds()
            for purpose in sorted(kind.purposes)
        ],
    }


def _outside(told: Recipient) -> Json:
    return {
        "fides_key": _key(told.name),
        "name": told.name,
        "description": f"{told.what_for} {told.category}; {told.agreement}; {told.region}.",
        "system_type": "Third Party",
        "privacy_declarations": [],
    }


def _handled(kind: Kind) -> Json:
    rule = kind.retention
    return {
        "@id": f"urn:counterfoil:record:{kind.name}",
        "@type": "dpv:PersonalDataProcess",
        "dct:identifier": kind.name,
        "dpv:hasDataSubject": _is("dpv:Employee" if terms.is_of_staff(kind) else "dpv:Customer"),
        "dpv:hasPurpose": [_is(terms.USES[purpose][1]) for purpose in sorted(kind.purposes)],
        "dpv:hasLegalBasis": _is(terms.BASES[kind.basis][1]),
        "dpv:hasDataSource": {"@type": terms.source_of(kind), "dct:description": kind.source},
        "dpv:hasStorageCondition": [
            {
                "@type": "dpv:StorageDuration",
                "dct:description": _until(rule),
                "rdf:value": {"@type": "xsd:duration", "@value": f"P{rule.at_most}D"},
            },
            {"@type": "dpv:StorageDeletion", "dct:description": str(kind.erase)},
        ],
        "dpv:hasPersonalData": [
            {
                "@id": f"urn:counterfoil:field:{kind.name}.{field.name}",
                "@type": terms.data_of(kind, field)[1],
                "dct:identifier": f"{kind.name}.{field.name}",
                "dct:title": field.label,
                "dct:description": field.why,
                "dpv:hasRecipient": [_is(_urn(name)) for name in field.recipients],
            }
            for field in kind.fields
        ],
    }


def _told(told: Recipient) -> Json:
    role = "dpv:DataProcessor" if told.category.startswith("processor") else "dpv:ThirdParty"
    return {
        "@id": _urn(told.name),
        "@type": ["dpv:Recipient", role],
        "dct:title": told.name,
        "dct:description": f"{told.what_for} {told.agreement}; {told.region}.",
    }


def _urn(name: str) -> str:
    return f"urn:counterfoil:recipient:{_key(name)}"


def _is(term: str) -> Json:
    return {"@id": term}
