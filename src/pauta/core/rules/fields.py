"""Which fields a rule may name, what kind of value each holds, and how each kind is compared."""

from __future__ import annotations

from typing import Final

from pauta.core.rules.tree import Kind, Operator

FIELDS: Final[dict[str, Kind]] = {
    "contact.external_id": Kind.text,
    "contact.email": Kind.text,
    "contact.first_name": Kind.text,
    "contact.last_name": Kind.text,
    "contact.language": Kind.text,
    "contact.stage": Kind.text,
    "contact.zone": Kind.text,
    "contact.country": Kind.text,
    "contact.region": Kind.text,
    "contact.created": Kind.date,
    "contact.paused_until": Kind.date,
    "account.external_id": Kind.text,
    "account.name": Kind.text,
    "account.owner": Kind.text,
    "account.stage": Kind.text,
    "account.zone": Kind.text,
    "account.country": Kind.text,
    "account.region": Kind.text,
    "account.created": Kind.date,
}
"""Fields that every contact and account has."""

FAMILIES: Final[dict[str, Kind]] = {
    "contact.attributes.": Kind.attribute,
    "account.attributes.": Kind.attribute,
}
"""Fields that are completed by a name."""

_EQUAL = (Operator.equal, Operator.unequal)
_LISTED = (Operator.one_of, Operator.none_of)
_EMPTY = (Operator.empty, Operator.filled)
_PARTS = (Operator.contains, Operator.lacks, Operator.begins, Operator.ends)
_ORDER = (Operator.less, Operator.at_most, Operator.more, Operator.at_least, Operator.between, Operator.outside)
_AROUND_TODAY = (Operator.in_last, Operator.in_next)

OPERATORS: Final[dict[Kind, tuple[Operator, ...]]] = {
    Kind.text: (*_EQUAL, *_LISTED, *_PARTS, *_EMPTY),
    Kind.date: (*_EQUAL, *_ORDER, *_AROUND_TODAY, *_EMPTY),
    Kind.number: (*_EQUAL, *_ORDER, *_LISTED, *_EMPTY),
    Kind.attribute: (*_EQUAL, *_ORDER, *_AROUND_TODAY, *_LISTED, *_PARTS, *_EMPTY),
}
"""How a kind of value may be compared."""

EVENT: Final = "event."
ACCOUNT_EVENT: Final = "account_event."
ENGAGEMENT: Final = "engagement."


def kind_of(field: str) -> Kind | None:
    """What kind of value a field holds; None when there is no such field."""
    if field in FIELDS:
        return FIELDS[field]
    return next((kind for prefix, kind in FAMILIES.items() if field.startswith(prefix) and field != prefix), None)
