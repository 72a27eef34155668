"""What no mail but a transactional one may be without: who sends it from where, and the way out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any, Final

from pauta.core.render import MissingFigure, Rendered
from pauta.platform.words import nearest_language, tell

PREFERENCES_FIGURE: Final = "preferences_url"
UNSUBSCRIBE_FIGURE: Final = "unsubscribe_url"
LINK_FIGURES: Final = (PREFERENCES_FIGURE, UNSUBSCRIBE_FIGURE)
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""What mail programs post to the link to unsubscribe, and the header that tells them so (RFC 8058)."""
ADDRESS_FIGURE: Final = "company.postal_address"

_STYLE = "font:13px/1.5 Arial,sans-serif;color:#52595b;text-align:center;margin:0;padding:24px 16px"
_LINK_STYLE = "color:#52595b"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the reader of one mail chooses what to get, and ends getting mails like it."""

    preferences: str
    unsubscribe: str

    @property
    def figures(self) -> dict[str, object]:
        """What templates call them."""
        return {PREFERENCES_FIGURE: self.preferences, UNSUBSCRIBE_FIGURE: self.unsubscribe}


def links(base: str, token: str) -> Links:
    """The links of the mail with that token; ``base`` is the web server's address, without a slash at its end."""
    return Links(f"{base}/preferences/{token}", f"{base}/unsubscribe/{token}")


def completed(
    rendered: Rendered, own: Links, company: Mapping[str, Any], language: str, *, leaves: bool = True
) -> Rendered:
    """The mail with a footer, in each of its parts that lacks a way out or the company's postal address.

    MissingFigure when the company has no address and the mail ``leaves`` this machine: laws forbid to send it then
    (CAN-SPAM 5(a)(5), CASL 6(2), LSSI 20).
    """
    address = company["postal_address"].strip()
    if leaves and not address:
        raise MissingFigure(ADDRESS_FIGURE)
    ways = (own.preferences, own.unsubscribe)
    shown = escape(address)
    if not ((shown in rendered.html or address in rendered.html) and any(way in rendered.html for way in ways)):
        footer = _html(own, company["name"], address, language)
        before, end, after = rendered.html.rpartition("</body>")
        rendered = replace(rendered, html=before + footer + end + after if end else after + footer)
    if not (address in rendered.text and any(way in rendered.text for way in ways)):
        rendered = replace(rendered, text=rendered.text + _text(own, company["name"], address, language))
    return rendered


def _html(own: Links, name: str, address: str, language: str) -> str:
    choose, unsubscribe = _words(language)
    lines = "<br>".join(escape(line) for line in (name, *address.splitlines()) if line.strip())
    return (
        f'<p style="{_STYLE}">{lines}<br><a href="{escape(own.preferences)}" style="{_LINK_STYLE}">{escape(choose)}</a>'
        f' · <a href="{escape(own.unsubscribe)}" style="{_LINK_STYLE}">{escape(unsubscribe)}</a></p>'
    )


def _text(own: Links, name: str, address: str, language: str) -> str:
    choose, unsubscribe = _words(language)
    lines = "\n".join(line for line in (name, *address.splitlines()) if line.strip())
    return f"\n--\n{lines}\n{choose}: {own.preferences}\n{unsubscribe}: {own.unsubscribe}\n"


@lru_cache(maxsize=64)
def _words(language: str) -> tuple[str, str]:
    lang = nearest_language(language) or "en"
    return tell("footer.choose", lang), tell("footer.unsubscribe", lang)
