"""What the editor of rules offers: names that stand in the data, the commonest of those that are many."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import Connection

MOST = 200
_DRAWN = 2000
"""So many of the newest contacts, accounts and events are looked at for the names of their attributes."""

_CHOICES: dict[str, LiteralString] = {
    "events": f"SELECT name FROM (SELECT name FROM event ORDER BY id DESC LIMIT 50000) e GROUP BY name"
    f" ORDER BY count(*) DESC, name LIMIT {MOST}",
    "contact_attributes": "SELECT k FROM (SELECT attributes FROM contact ORDER BY id DESC"
    f" LIMIT {_DRAWN}) c, jsonb_object_keys(attributes) k GROUP BY k ORDER BY count(*) DESC, k LIMIT {MOST}",
    "account_attributes": "SELECT k FROM (SELECT attributes FROM account ORDER BY id DESC"
    f" LIMIT {_DRAWN}) a, jsonb_object_keys(attributes) k GROUP BY k ORDER BY count(*) DESC, k LIMIT {MOST}",
    "properties": "SELECT k FROM (SELECT properties FROM event ORDER BY id DESC"
    f" LIMIT {_DRAWN}) e, jsonb_object_keys(properties) k GROUP BY k ORDER BY count(*) DESC, k LIMIT {MOST}",
    "segments": "SELECT key FROM segment UNION SELECT unnest(segments) FROM"
    f" (SELECT segments FROM contact ORDER BY id DESC LIMIT {_DRAWN}) c ORDER BY 1 LIMIT {MOST}",
    "lists": f"SELECT name FROM contact_list ORDER BY name LIMIT {MOST}",
    "conditions": f"SELECT DISTINCT name FROM condition ORDER BY name LIMIT {MOST}",
    "topics": f"SELECT name FROM topic ORDER BY name LIMIT {MOST}",
    "campaigns": f"SELECT name FROM campaign ORDER BY created_at DESC LIMIT {MOST}",
    "stages": "SELECT stage FROM (SELECT stage FROM contact ORDER BY id DESC"
    f" LIMIT {_DRAWN}) c WHERE stage <> '' UNION SELECT stage FROM (SELECT stage FROM account"
    f" ORDER BY id DESC LIMIT {_DRAWN}) a WHERE stage <> '' ORDER BY 1 LIMIT {MOST}",
}


def choices(connection: Connection[Any]) -> dict[str, list[str]]:
    """Names that a rule may ask about, by what they are of."""
    return {what: [name for (name,) in connection.execute(statement)] for what, statement in _CHOICES.items()}
