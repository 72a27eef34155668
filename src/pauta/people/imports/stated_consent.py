"""Consent stated in an import of contacts: by columns or constants ``consent.<channel>.<topic>``, with its basis."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import CHANNELS, Channel
from pauta.core.problems import Problem
from pauta.people.consents import append_consents, append_first_consents
from pauta.people.imports.fields import Batch, Field, Setting
from pauta.people.imports.guessing import FALSE_WORDS, TRUE_WORDS, read_date
from pauta.people.places import parse_country, parse_language
from pauta.people.storing import Stored

SOURCE = "import"
"""The source of an entry that names none."""

_GRANTED = TRUE_WORDS | {"granted", "1", "opt-in", "optin", "subscribed", "concedido", "otorgado"}
_DENIED = FALSE_WORDS | {"denied", "0", "opt-out", "optout", "unsubscribed", "negado", "denegado"}


def read_decision(text: str) -> bool:
    """Granted or denied, in the words of three languages."""
    word = text.lower()
    if word in _GRANTED or word in _DENIED:
        return word in _GRANTED
    raise Problem("import_not_decision", value=text)


def read_moment(text: str) -> str:
    """A time with offset (``2026-05-01T12:00:00Z``) in ISO 8601; a day stands for its first second in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("import_not_moment", value=text) from error
    return moment.isoformat() if moment.tzinfo else f"{moment.isoformat()}+00:00"


def read_channel(text: str) -> Channel:
    """A channel by its name."""
    try:
        return Channel[text.lower()]
    except KeyError as error:
        raise Problem("import_channel_unknown", value=text, channels=", ".join(CHANNELS)) from error


def read_proof(text: str) -> str:
    """What proves a consent, as a JSON object of texts; anything else is kept as a note in one."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    whole = isinstance(said, dict) and all(isinstance(value, str) for value in said.values())
    return json.dumps(said if whole else {"note": text})


PROOF_FIELDS = (
    Field("wording", names=frozenset(("texto",))),
    Field("locale", parse_language, frozenset(("idioma", "lingua", "language"))),
    Field("country", parse_country, frozenset(("pais", "country_code"))),
    Field("proof", read_proof, frozenset(("prova", "prueba", "evidence"))),
    Field("expires_on", read_date, frozenset(("expires", "expira_em", "vence_el")), dated=True),
)
"""What an entry of the ledger says besides who, what, when and why: its words and what proves it."""

CONSENT_FIELDS = (
    Field("consent.basis"),
    Field("consent.source"),
    *(Field(f"consent.{field.name}", field.read, dated=field.dated) for field in PROOF_FIELDS),
    Field("consent.at", read_moment, dated=True),
)


def consent_field(name: str) -> Field | None:
    """The field ``consent.<channel>.<topic>``, None for other names; a Problem when there is no such channel."""
    first, _, rest = name.partition(".")
    channel, dot, topic = rest.partition(".")
    if first != "consent" or not dot or not topic:
        return None
    read_channel(channel)
    return Field(name, read_decision)


def state_consents(
    connection: Connection[Any], batch: Batch, stored: Stored, setting: Setting
) -> tuple[frozenset[int], Counter[str]]:
    """Append what the rows of contacts, stored just before, say of consent; the account keys concerned, and notes."""
    stated = [name for name in batch.values if consent_field(name)]
    if not stated:
        return frozenset(), Counter()
    keys: frozenset[int] = frozenset()
    notes: Counter[str] = Counter()
    for name in stated:
        said = [place for place, decision in enumerate(batch.values[name]) if decision is not None]
        first = [place for place in said if stored.parts[place] is not None]
        first.sort(key=lambda place: stored.parts[place] or 0)  # those of one partition are read together
        if first:
            entries = {"part": [stored.parts[place] for place in first], **_entries(batch, name, first, stored)}
            notes["import_consents_added"] += append_first_consents(connection, entries, setting.now)
        if later := [place for place in said if stored.parts[place] is None]:
            appended = append_consents(connection, _entries(batch, name, later, stored), setting.now)
            keys |= appended.keys
            notes["import_consents_added"] += appended.added
            notes["import_consent_kept_denied"] += appended.withdrawn
    return keys, notes


def _entries(batch: Batch, name: str, rows: Sequence[int], stored: Stored) -> dict[str, list[Any]]:
    """Entries of one ``consent.<channel>.<topic>`` column, one for each of these rows."""
    _, channel, topic = name.split(".", 2)

    def of(field: str, otherwise: str | None = None) -> list[Any]:
        column = batch.column(field)
        return [column[place] or otherwise for place in rows]

    return {
        "contact_id": [stored.ids[place] for place in rows],
        "channel": [Channel[channel].value] * len(rows),
        "topic": [topic] * len(rows),
        "granted": [batch.values[name][place] for place in rows],
        "basis": of("consent.basis", ""),
        "source": of("consent.source", SOURCE),
        **{field.name: of(f"consent.{field.name}") for field in PROOF_FIELDS},
        "at": of("consent.at"),
    }
