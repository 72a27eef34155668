"""Links and pictures that tell when a mail is read: written into it, and understood when they are asked for.

A link names its target itself, signed together with the message, so that nobody can make one that leads elsewhere and
nothing has to be looked up before a reader gets where they want to go.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

from pauta.core.tokens import LENGTH, SEAL_LENGTH, Purpose, TokenKey, number_in, seal, token

LONGEST_TARGET = 8_000
"""Letters of the longest address over which a link leads; servers take no longer ones."""

_LINK = re.compile(r"""href=(?:"(https?://[^"]+)"|'(https?://[^']+)')""")
_TAG = re.compile(r"<(?:a|area|v:\w+)\s")
_OWN = ("/preferences/", "/unsubscribe/", "/sign-up/")
_PATH = re.compile(r"https?://[^/?#]*(/[^?#]*)")
_AS_IT_IS = "/:?=@,"
"""What needs no escape inside the query of an address."""
_PLACE = re.compile(rf"([0-9a-f]{{{LENGTH}}})\.([0-9a-f]{{{SEAL_LENGTH}}})\.([0-9]{{1,4}})")


@dataclass(frozen=True, slots=True)
class Followed:
    """A link that was followed: of which message, which has so many different links; ``target`` is empty for the one
    that only programs see."""

    message_id: int
    links: int
    target: str


def measured(html: str, base: str, key: TokenKey, message_id: int) -> str:
    """The mail with links that lead over ``base`` (no slash at its end), a picture, and a link that nobody can see.

    What is no web address stays as it is, and so do longer ones than ``LONGEST_TARGET`` and the links by which readers
    choose, unsubscribe and confirm.
    """
    own = tuple(base + path for path in _OWN)
    found = [
        (link.start() + len("href="), link.end(), written)
        for link in _LINK.finditer(html)
        if not (written := link[1] or link[2]).startswith(own)
        and len(quote(written, safe=_AS_IT_IS)) <= LONGEST_TARGET
        and _leads(html, link.start())
    ]
    targets = {written: unescape(written) for _, _, written in found}
    reading, count = token(key, Purpose.READING, message_id), len(set(targets.values()))
    ways = {
        written: f'"{_place(key, base, reading, message_id, count, target)}?to={quote(target, safe=_AS_IT_IS)}"'
        for written, target in targets.items()
    }
    pieces, end = [], 0
    for begin, after_it, written in found:
        pieces += [html[end:begin], ways[written]]
        end = after_it
    trap = _place(key, base, reading, message_id, count, "")
    picture = (
        f'<a href="{trap}" aria-hidden="true" tabindex="-1">'
        f'<img src="{base}/o/{reading}.gif" width="1" height="1" alt="" border="0"></a>'
    )
    rest = html[end:]
    before, body_ends, after = rest.rpartition("</body>")
    pieces += [before, picture, body_ends, after] if body_ends else [rest, picture]
    return "".join(pieces)


def _leads(html: str, place: int) -> bool:
    """Whether the attribute at this place is that of a link, and not of a style sheet or in a text."""
    begin = html.rfind("<", 0, place)
    return (
        begin >= 0
        and _TAG.match(html, begin) is not None
        and html[place - 1].isspace()
        and ">" not in html[begin:place]
    )


def opened(keys: Mapping[int, TokenKey], given: str) -> int | None:
    """The message whose picture is asked for by ``given`` (what follows ``/o/``); None when nobody here made it."""
    return number_in(keys, Purpose.READING, given.removesuffix(".gif"))


def followed(keys: Mapping[int, TokenKey], place: str, target: str) -> Followed | None:
    """The link of that place (what follows ``/l/``) and target; None when it was not made here, or was changed."""
    found = _PLACE.fullmatch(place.lower())
    if found is None:
        return None
    reading, given, links = found.groups()
    message_id = number_in(keys, Purpose.READING, reading)
    if message_id is None:
        return None
    made = seal(keys[int(reading[:2], 16)], Purpose.READING, _sealed(message_id, int(links), target))
    return Followed(message_id, int(links), target) if hmac.compare_digest(made, given) else None


def is_own(link: str) -> bool:
    """Whether a link that somebody else says was followed is one of ours: measured here, or a way to choose."""
    found = _PATH.match(link)
    path = found[1] if found else ""
    return path.startswith(_OWN) or _PLACE.fullmatch(path.removeprefix("/l/").lower()) is not None


def _place(key: TokenKey, base: str, reading: str, message_id: int, links: int, target: str) -> str:
    return f"{base}/l/{reading}.{seal(key, Purpose.READING, _sealed(message_id, links, target))}.{links}"


def _sealed(message_id: int, links: int, target: str) -> str:
    return f"{message_id} {links} {target}"
