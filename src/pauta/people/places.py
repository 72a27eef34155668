"""Places: time zone, country and region together, stored once each; the words in which people name them."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from psycopg import Connection

from pauta.core.problems import Problem

Triple = tuple[str | None, str | None, str | None]
"""Time zone (IANA), country (ISO 3166, two letters), region (ISO 3166-2 without the country)."""

NOWHERE: Triple = (None, None, None)
_REGION = re.compile(r"[A-Z0-9]{1,3}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?")
_LANGUAGES_OF_NAMES = ("en", "es", "pt")


def parse_zone(text: str) -> str:
    """An IANA time zone such as ``America/Sao_Paulo``, or a Problem."""
    zone = text.strip()
    if zone not in _zones():
        raise Problem("people_zone_unknown", "zone", zone=zone)
    return zone


def parse_country(text: str) -> str:
    """The two-letter code of a country given as such or by its name in English, Spanish or Portuguese, or a Problem."""
    code = _countries().get(text.strip().lower())
    if code is None:
        raise Problem("people_country_unknown", "country", country=text.strip())
    return code


def parse_region(text: str) -> str:
    """A subdivision's code: ``SP``, or ``BR-SP`` of which the country is left out; a Problem for anything else."""
    region = text.strip().upper().rpartition("-")[2]
    if not _REGION.fullmatch(region):
        raise Problem("people_region_invalid", "region", region=text.strip())
    return region


def parse_language(text: str) -> str:
    """A language tag in its usual spelling: ``pt-BR``, ``es``; a Problem for anything else."""
    match = _LANGUAGE.fullmatch(text.strip())
    if match is None:
        raise Problem("people_language_invalid", "language", language=text.strip())
    language, territory = match.groups()
    return f"{language.lower()}-{territory.upper()}" if territory else language.lower()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in _LANGUAGES_OF_NAMES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                codes[name.lower()] = code
                codes[code.lower()] = code
    return codes


def place_ids(connection: Connection[Any], triples: Collection[Triple]) -> dict[Triple, int]:
    """The ids of places, made where they do not exist yet; nothing known is 0."""
    wanted = sorted(set(triples), key=repr)
    zones, countries, regions = ([triple[part] for triple in wanted] for part in range(3))
    given = {"zones": zones, "countries": countries, "regions": regions}
    connection.execute(
        """
        INSERT INTO place (zone, country, region)
        SELECT * FROM unnest(%(zones)s::text[], %(countries)s::text[], %(regions)s::text[])
        EXCEPT SELECT zone, country, region FROM place
        ON CONFLICT DO NOTHING
        """,
        given,
    )
    rows = connection.execute(
        """
        SELECT wanted.zone, wanted.country, wanted.region, place.id
        FROM unnest(%(zones)s::text[], %(countries)s::text[], %(regions)s::text[]) AS wanted (zone, country, region)
        JOIN place ON (place.zone, place.country, place.region)
          IS NOT DISTINCT FROM (wanted.zone, wanted.country, wanted.region)
        """,
        given,
    )
    return {(zone, country, region): number for zone, country, region, number in rows}
