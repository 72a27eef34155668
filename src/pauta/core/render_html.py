"""From what an author wrote (MJML or HTML) to HTML that mail programs understand, and to the plain text beside it.

Placeholders are taken out before the HTML tools see the source and put back afterwards: a tag between elements becomes
a comment, which stays where it is even between the rows of a table; one inside of text or an attribute becomes a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.parsers.expat import ExpatError, ParserCreate

import css_inline
import mrml

from pauta.core.problems import Problem
from pauta.core.render_language import Tag, line_of, tags

_MARKUP = re.compile(
    r"""<!--.*?-->|<(?P<raw>style|title|mj-style|mj-title|mj-preview)\b.*?</(?P=raw)\s*>"""
    r"""|</?[A-Za-z](?:[^"'>]|"[^"]*"|'[^']*')*>""",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS = re.compile("address|article|blockquote|div|footer|h[1-6]|header|hr|li|ol|p|section|table|tr|ul")
_SILENT = frozenset(("script", "style", "title", "head"))
_HIDDEN = re.compile(r"display\s*:\s*none")


@dataclass(frozen=True, slots=True)
class Slots:
    """A source whose placeholders were taken out, and how to put them back."""

    source: str
    prefix: str
    originals: tuple[str, ...]
    lines: tuple[int, ...]

    def find(self, text: str) -> list[int]:
        """The numbers of the placeholders in ``text``, in order."""
        return [int(number) for number in re.findall(rf"{self.prefix}(\d+)z", text)]

    def restore(self, text: str) -> str:
        """Put the placeholders back."""
        pattern = rf"<!--{self.prefix}(\d+)z-->|&lt;!--{self.prefix}(\d+)z--&gt;|{self.prefix}(\d+)z"
        return re.sub(pattern, lambda found: self.originals[int(found[1] or found[2] or found[3])], text)


def take_out(source: str, part: str) -> Slots:
    """Replace every placeholder of the source by something that HTML tools leave alone."""
    prefix = "zslot"
    while prefix in source:
        prefix += "q"
    pieces, originals, lines, statements, end = [], [], [], [], 0
    found: list[Tag] = list(tags(source, part))
    for number, tag in enumerate(found):
        pieces += [source[end : tag.start], f"{prefix}{number}z"]
        originals.append(source[tag.start : tag.end])
        lines.append(line_of(source, tag.start))
        end = tag.end
        if tag.keyword:
            statements.append(number)
    words = re.sub(r"\{#.*?#\}", "", "".join([*pieces, source[end:]]), flags=re.DOTALL)
    return Slots(_commented(words, prefix, set(statements)), prefix, tuple(originals), tuple(lines))


def _commented(source: str, prefix: str, statements: set[int]) -> str:
    """Make comments of the statements that stand between elements."""

    def comment(found: re.Match[str]) -> str:
        return f"<!--{found[0]}-->" if int(found[1]) in statements else found[0]

    pieces, end = [], 0
    for markup in _MARKUP.finditer(source):
        pieces += [re.sub(rf"{prefix}(\d+)z", comment, source[end : markup.start()]), markup[0]]
        end = markup.end()
    return "".join([*pieces, re.sub(rf"{prefix}(\d+)z", comment, source[end:])])


def to_html(slots: Slots, part: str) -> str:
    """Compile MJML where it is MJML, write the styles into the elements, and check that no placeholder was lost."""
    source = slots.source
    if source.lstrip().lower().startswith("<mjml"):
        source = _from_mjml(slots, part)
    html = css_inline.inline(source, keep_at_rules=True, load_remote_stylesheets=False)
    _check_placeholders(slots, html, part)
    return html


def _from_mjml(slots: Slots, part: str) -> str:
    try:
        output = mrml.to_html(slots.source, render_options=mrml.RenderOptions(fonts={}))  # no fonts from other servers
    except OSError as error:
        raise Problem("template.mjml", part, line=_broken_line(slots.source), detail=str(error)) from error
    return str(output.content)


def _broken_line(source: str) -> int:
    """The line where the XML breaks off; 1 when it is the MJML that is wrong and not the XML."""
    parser = ParserCreate()
    parser.UseForeignDTD(True)  # HTML's entities are not declared, and are no mistake
    try:
        parser.Parse(source, True)
    except ExpatError as error:
        return error.lineno
    return 1


def _check_placeholders(slots: Slots, html: str, part: str) -> None:
    lost = set(range(len(slots.originals))) - set(slots.find(html))
    if lost:
        number = min(lost)
        raise Problem("template.placeholder_lost", part, line=slots.lines[number], placeholder=slots.originals[number])


def to_text(slots: Slots, html: str) -> str:
    """The plain text of a compiled mail, placeholders still out: links in angle brackets, list items with a dash."""
    reader = _TextReader(slots)
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _TextReader(HTMLParser):
    def __init__(self, slots: Slots) -> None:
        super().__init__(convert_charrefs=True)
        self._slots = slots
        self._silent = ""
        self._depth = 0
        self._links: list[str] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._silent:
            self._depth += tag == self._silent
        elif tag in _SILENT or (_HIDDEN.search(values.get("style", "")) and tag in ("div", "span", "p")):
            self._silent, self._depth = tag, 1
        elif tag == "a":
            self._links.append(values.get("href", ""))
        elif tag == "img":
            self.pieces.append(values.get("alt", ""))
        elif tag == "br" or _BLOCKS.fullmatch(tag):
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag == "td":
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            self._silent = self._silent if self._depth else ""
        elif tag == "a" and self._links:
            address = self._links.pop()
            if address and not address.startswith("#"):
                self.pieces.append(f" <{address}>")
        elif _BLOCKS.fullmatch(tag):
            self.pieces.append("\n\n" if tag in ("p", "h1", "h2", "h3") else "\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        if not self._silent and re.fullmatch(rf"{self._slots.prefix}\d+z", data):
            self.pieces.append(data)
