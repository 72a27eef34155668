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

    def lead_out_of(self, body: str) -> bool:
        """Whether one of them is in a mail's body."""
        return self.preferences in body or self.unsubscribe in body


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
    footer = _footer(company["name"], address, language)
    if not (any(shown in rendered.html for shown in footer.shown) and own.lead_out_of(rendered.html)):
        before, end, after = rendered.html.rpartition("</body>")
        with_links = footer.html % (escape(own.preferences), escape(own.unsubscribe))
        rendered = replace(rendered, html=f"{before}{with_links}{end}{after}" if end else after + with_links)
    if not (address in rendered.text and own.lead_out_of(rendered.text)):
        rendered = replace(rendered, text=rendered.text + footer.text % (own.preferences, own.unsubscribe))
    return rendered


@dataclass(frozen=True, slots=True)
class _Footer:
    """What the footers of a company in one language share, with room (%s) for the links to choose and to unsubscribe.

    ``shown`` are the ways to write the postal address in HTML.
    """

    html: str
    text: str
    shown: frozenset[str]


@lru_cache(maxsize=64)
def _footer(name: str, address: str, language: str) -> _Footer:
    lang = nearest_language(language) or "en"
    choose, unsubscribe = tell("footer.choose", lang), tell("footer.unsubscribe", lang)
    lines = [line.replace("%", "%%") for line in (name, *address.splitlines()) if line.strip()]
    html_lines, text_lines = "<br>".join(map(escape, lines)), "\n".join(lines)
    return _Footer(
        f'<p style="{_STYLE}">{html_lines}<br><a href="%s" style="{_LINK_STYLE}">{escape(choose)}</a>'
        f' · <a href="%s" style="{_LINK_STYLE}">{escape(unsubscribe)}</a></p>',
        f"\n--\n{text_lines}\n{choose}: %s\n{unsubscribe}: %s\n",
        frozenset((address, escape(address))),
    )
