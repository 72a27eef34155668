"""A campaign's content before it goes out: mails as chosen readers would get them, and what is wrong with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from psycopg import Connection

from pauta.campaigns.audience import audience_of, count, sample
from pauta.campaigns.preview import SEED
from pauta.campaigns.queries import Campaign
from pauta.content.footer import Links, completed, links
from pauta.content.queries import Published, choose, published
from pauta.core.problems import Problem
from pauta.core.render import MissingFigure, Rendered, render
from pauta.people.queries import find_contacts
from pauta.pipeline.rendering import company_of, figures_of, recipients_of

Conn = Connection[Any]

TRIED = 300
"""Contacts of the audience for whom the content is tried out, about."""

LARGEST = 102_000
"""Bytes of HTML above which Gmail cuts a mail off (its clipping limit of 102 KB)."""

NOBODYS = "preview"
"""Stands in links in place of a contact's token; who follows them is told that they belong to nobody."""

_HOST = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", re.I)
_LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as one reader would get it in one language; without content when ``missing`` names a figure."""

    contact: str
    name: str
    language: str
    version: int
    subject: str
    html: str
    text: str
    missing: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``level``: ok, warning, error. ``found`` says where or what, ``value`` how much."""

    code: str
    level: str
    value: float
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The rendered mails, the checks over all of them, and for how many contacts of the audience they were tried."""

    mails: tuple[Mail, ...]
    checks: tuple[Check, ...]
    tried: int
    languages: tuple[str, ...]


def review(
    conn: Conn, now: datetime, chosen: Campaign, contacts: Sequence[str], languages: Sequence[str], link_url: str
) -> Review:
    """The content of a campaign for these contacts (the first of its audience when none are named) in these languages.

    Without languages each reader's own is taken. ``link_url`` is how links in mails begin, or empty where readers could
    not reach them. Problem when a contact is unknown or nothing is published.
    """
    versions = published(conn, chosen.template_id)
    if not versions:
        raise Problem("messages.template_unpublished", field="template", template=chosen.template)
    audience = audience_of(conn, chosen.audience, now)
    everyone = count(conn, audience)
    drawn = sample(conn, audience, min(1.0, TRIED / max(1, everyone)), SEED)["id"].tolist()[: 2 * TRIED]
    readers = _named(conn, contacts) or drawn[:1]
    people = recipients_of(conn, [*readers, *drawn])
    company = company_of(conn)
    setting = _Setting(
        versions,
        company,
        links(link_url, NOBODYS) if link_url else None,
        chosen.terms.type != "transactional",
    )
    mails = tuple(
        _mail(people[number], language, setting)
        for number in readers
        for language in (languages or (people[number]["language"] or company["language"],))
    )
    tried = [_mail(people[number], people[number]["language"], setting) for number in drawn]
    checks = tuple(_checks([*mails, *tried], setting, {one["language"] for one in people.values()}))
    return Review(mails, checks, len(tried), tuple(one.language for one in versions))


def _named(conn: Conn, contacts: Sequence[str]) -> list[int]:
    found = find_contacts(conn, contacts)
    for place in found.missing:
        raise Problem("web_contact_unknown", f"contacts[{place}]", value=contacts[place])
    return [people[0].id for people in found.contacts]


@dataclass(frozen=True)
class _Setting:
    """What is the same for all mails of a review."""

    versions: Sequence[Published]
    company: Mapping[str, Any]
    ways_out: Links | None
    bulk: bool


def _mail(person: Mapping[str, Any], language: str | None, setting: _Setting) -> Mail:
    company, ways_out = setting.company, setting.ways_out
    version = choose(setting.versions, language, company["language"])
    name = f"{person['first_name']} {person['last_name']}".strip()
    missing, rendered = "", Rendered("", "", "")
    try:
        figures = {**figures_of(person, company), **(ways_out.figures if ways_out else {})}
        rendered = render(version.compiled, figures, language or company["language"])
        if setting.bulk and ways_out and company["postal_address"].strip():
            rendered = completed(rendered, ways_out, company, version.language)
    except MissingFigure as figure:
        missing = figure.name
    return Mail(
        person["external_id"],
        name,
        version.language,
        version.version,
        rendered.subject,
        rendered.html,
        rendered.text,
        missing,
    )


def _checks(mails: Sequence[Mail], setting: _Setting, spoken: Iterable[str | None]) -> Iterator[Check]:
    whole = [mail for mail in mails if not mail.missing]
    targets = {mail.language: _links(mail.html) for mail in whole}
    without = sorted(lang for lang, found in targets.items() if not any(NOBODYS in link for link, _ in found))
    yield _check("unsubscribe_link", without, "error" if setting.bulk else "ok")
    address = " ".join(setting.company["postal_address"].split())
    bare = sorted({mail.language for mail in whole if not address or address not in " ".join(mail.text.split())})
    yield _check("postal_address", bare, "error" if setting.bulk else "warning")
    missing = Counter(mail.missing for mail in mails if mail.missing)
    share = round(missing.total() / max(1, len(mails)), 4)
    yield _check("missing_figures", [name for name, _ in missing.most_common()], "warning", share)
    broken = sorted({link for found in targets.values() for link, _ in found if not _is_link(link)})
    yield _check("broken_links", broken, "error")
    left_over = sorted({mail.language for mail in whole if _LEFT_OVER.search(mail.subject + mail.html)})
    yield _check("left_over_placeholders", left_over, "error")
    largest = max((len(mail.html.encode()) for mail in whole), default=0)
    yield Check("size", "warning" if largest > LARGEST else "ok", float(largest), ())
    known = {one.language.split("-")[0] for one in setting.versions}
    unspoken = sorted({lang for lang in spoken if lang and lang.split("-")[0] not in known})
    yield _check("languages", unspoken, "warning")
    yield _check("subject", sorted({mail.language for mail in whole if not mail.subject}), "error")


def _check(code: str, found: Sequence[str], level: str, value: float | None = None) -> Check:
    return Check(code, level if found else "ok", float(len(found)) if value is None else value, tuple(found))


def _is_link(link: str) -> bool:
    """Whether a link leads somewhere by its form: a web address with a host, a mail address, a number, a place here."""
    if any(letter.isspace() for letter in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname and _HOST.match(parts.hostname))
    if parts.scheme in ("mailto", "tel"):
        return bool(parts.path)
    return not parts.scheme and link.startswith("#")


def _links(html: str) -> list[tuple[str, str]]:
    """Every link with the words on it."""
    reader = _LinkReader()
    reader.feed(html)
    reader.close()
    return reader.links


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link begins."""
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """A link ends."""
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        """Words, perhaps of a link."""
        if self._inside:
            link, words = self.links[-1]
            self.links[-1] = (link, words + data)
