"""The template language: which of minijinja's constructs an author may use, and which figures a template needs.

Templates are written by people of the company and run beside everybody's mail, so the language has no calls, no
assignments, no imports and no operator that multiplies text: what a template can produce is bounded by its own length,
by its loops (each pass spends from a budget) and by the engine's fuel. Every figure is either required, or the author
has said what happens without it; required figures are checked, so that no mail leaves with a hole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pauta.core.problems import Problem

_FILTERS = """abs capitalize count d date default first float int join last length lower max min money number percent
    replace reverse round sort sum times title trim truncate unique upper urlencode"""
FILTERS = frozenset(re.findall(r"\w+", _FILTERS))
TESTS = frozenset(("defined", "undefined", "none", "number", "string", "even", "odd", "true", "false", "divisibleby"))
SPEND = "_spend"
FIGURE = "figure"
EXPRESSION_COST = 200

_TAG = re.compile(
    r"""\{\#.*?\#\}|(?P<open>\{\{|\{%)(?P<left>[-+]?)(?P<body>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?![-+]?[%}]\}).)*)"""
    r"""(?P<right>[-+]?)(?P<close>\}\}|%\})""",
    re.DOTALL | re.VERBOSE,
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\d_]*(?:\.\d+)?)"""
    r"""|(?P<operator>==|!=|<=|>=|//|\*\*|[-+*/%~|.,:()\[\]{}<>=]))"""
)
_WORDS = frozenset(
    ("and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "recursive")
)
_KEY = re.compile(r"""\d+|"[\w \-]+"|'[\w \-]+'""")
_OPENERS = {"if": "endif", "for": "endfor"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression, at ``start`` of its template."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One ``{{ … }}`` or ``{% … %}``: where it stands and its words; ``keyword`` is "" for an output tag."""

    start: int
    end: int
    keyword: str
    tokens: tuple[Token, ...]
    trims: bool


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted name in an expression; ``stop`` counts the tokens up to its end."""

    name: str
    first: int
    stop: int


@dataclass(slots=True)
class Reading:
    """What reading a template has found out."""

    required: set[str] = field(default_factory=set)
    conditional: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    inserts: list[tuple[int, str]] = field(default_factory=list)
    loops: bool = False


@dataclass(slots=True)
class _Block:
    keyword: str
    start: int
    names: frozenset[str] = frozenset()
    body: int = 0
    trims: bool = False
    expressions: int = 0


def line_of(source: str, position: int) -> int:
    """The line, counted from 1, on which a position of the source stands."""
    return source.count("\n", 0, position) + 1


def tags(source: str, part: str) -> Iterator[Tag]:
    """All tags of a template part in order, comments left out. Raises Problem for what is outside of the language."""
    end = 0
    for match in _TAG.finditer(source):
        _no_stray(source, end, match.start(), part)
        end = match.end()
        if match["open"] is None:
            continue
        tokens = tuple(_tokens(source, match.start("body"), match.end("body"), part))
        keyword = ""
        if match["open"] == "{%":
            keyword = tokens[0].text if tokens else ""
            if keyword not in ("if", "elif", "else", "endif", "for", "endfor"):
                raise Problem("template.tag", part, tag=keyword, line=line_of(source, match.start()))
            tokens = tokens[1:]
        yield Tag(match.start(), match.end(), keyword, tokens, trims=match["right"] == "-")
    _no_stray(source, end, len(source), part)


def _no_stray(source: str, start: int, end: int, part: str) -> None:
    found = re.search(r"\{\{|\{%|\{#", source[start:end])
    if found:
        raise Problem("template.unclosed", part, line=line_of(source, start + found.start()))


def _tokens(source: str, start: int, end: int, part: str) -> Iterator[Token]:
    position = start
    while source[position:end].strip():
        match = _TOKEN.match(source, position, end)
        if match is None or match.lastgroup is None:
            raise Problem("template.syntax", part, line=line_of(source, position), detail=source[position:end].strip())
        yield Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup), match.end())
        position = match.end()


def read(source: str, part: str) -> Reading:
    """Check a template part against the language and find its figures.

    ``inserts`` are the texts to put into the source, by position: run-time checks of figures that are needed only on
    some branch, and what each pass through a loop costs.
    """
    reading = Reading()
    blocks: list[_Block] = []
    for tag in tags(source, part):
        _check_words(source, tag, part)
        if tag.keyword in ("endif", "endfor"):
            block = blocks.pop() if blocks else None
            if block is None or _OPENERS[block.keyword] != tag.keyword:
                raise Problem("template.unbalanced", part, tag=tag.keyword, line=line_of(source, tag.start))
            _end_block(block, tag, reading)
            continue
        _read_paths(tag, blocks, reading)
        for block in blocks:
            block.expressions += 1
        if tag.keyword in _OPENERS:
            names = _loop_names(tag) if tag.keyword == "for" else frozenset()
            blocks.append(_Block(tag.keyword, tag.start, names, tag.end, tag.trims))
    if blocks:
        raise Problem("template.unbalanced", part, tag=blocks[-1].keyword, line=line_of(source, blocks[-1].start))
    return reading


def _end_block(block: _Block, end: Tag, reading: Reading) -> None:
    if block.keyword == "for":
        reading.loops = True
        cost = end.start - block.body + EXPRESSION_COST * block.expressions
        spend = f"{{{{- {SPEND}({cost}) -}}}}" if block.trims else f"{{{{ {SPEND}({cost}) }}}}"
        reading.inserts.append((block.body, spend))


def _check_words(source: str, tag: Tag, part: str) -> None:
    """Only filters and tests of the list, no calls, no private names, no operator that multiplies text."""
    tokens = tag.tokens
    if tag.keyword == "for" and "in" not in [token.text for token in tokens[1:]]:
        raise Problem("template.syntax", part, line=line_of(source, tag.start), detail="for NAME in LIST")
    for index, token in enumerate(tokens):
        before = tokens[index - 1].text if index else ""
        line = line_of(source, token.start)
        if token.text in ("*", "**"):
            raise Problem("template.operator", part, operator=token.text, line=line)
        if token.kind == "name" and token.text.startswith("_"):
            raise Problem("template.name", part, name=token.text, line=line)
        if before == "|" and token.text not in FILTERS:
            raise Problem("template.filter", part, filter=token.text, line=line, filters=", ".join(sorted(FILTERS)))
        if _is_test(tokens, index) and token.text not in TESTS:
            raise Problem("template.test", part, test=token.text, line=line, tests=", ".join(sorted(TESTS)))
        if token.text == "(" and _is_call(tokens, index):
            raise Problem("template.call", part, name=before, line=line)
        if token.text in (".", "[") and _not_a_name(tokens, index - 1):
            raise Problem("template.subscript", part, line=line)
        if token.text == "[" and index and _names_something(tokens[index - 1]) and not _is_key(tokens, index):
            raise Problem("template.subscript", part, line=line)


def _is_test(tokens: tuple[Token, ...], index: int) -> bool:
    previous = [token.text for token in tokens[max(0, index - 2) : index]]
    if tokens[index].text == "not":
        return False
    return previous[-1:] == ["is"] or previous == ["is", "not"]


def _is_call(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the parenthesis at ``index`` calls something other than a filter or a test."""
    if index == 0:
        return False
    before = tokens[index - 1]
    filters = index >= 2 and tokens[index - 2].text == "|"
    if filters or _is_test(tokens, index - 1):
        return False
    return before.text in (")", "]", "}") or _names_something(before)


def _not_a_name(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the token at ``index`` ends an expression whose parts no one has checked to be there."""
    if index < 0:
        return False
    return tokens[index].kind == "string" or (tokens[index].text in (")", "]", "}") and not _closes_key(tokens, index))


def _names_something(token: Token) -> bool:
    return token.kind == "string" or (token.kind == "name" and token.text not in _WORDS)


def _is_key(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether ``[`` at ``index`` begins a subscript by a plain literal: a word or a whole number."""
    after = tokens[index + 1 : index + 3]
    return len(after) == 2 and _KEY.fullmatch(after[0].text) is not None and after[1].text == "]"


def _closes_key(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether ``]`` at ``index`` ends such a subscript of a name."""
    if tokens[index].text != "]" or index < 3 or tokens[index - 2].text != "[" or not _is_key(tokens, index - 2):
        return False
    return _names_something(tokens[index - 3]) or _closes_key(tokens, index - 3)


def _paths(tokens: tuple[Token, ...]) -> Iterator[Path]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        before = tokens[index - 1].text if index else ""
        if token.kind != "name" or token.text in _WORDS or before == "|" or _is_test(tokens, index):
            index += 1
            continue
        parts, stop = [token.text], index + 1
        while stop + 1 < len(tokens) and tokens[stop].text in (".", "["):
            key = tokens[stop + 1]
            parts.append(key.text[1:-1] if key.kind == "string" else key.text)
            stop += 2 if tokens[stop].text == "." else 3
        yield Path(".".join(parts), index, stop)
        index = stop


def _loop_names(tag: Tag) -> frozenset[str]:
    names: set[str] = set()
    for token in tag.tokens:
        if token.text == "in" and names:
            break
        if token.kind == "name":
            names.add(token.text)
    return frozenset(names | {"loop"})


def _read_paths(tag: Tag, blocks: list[_Block], reading: Reading) -> None:
    """Sort every name of the tag: required at once, needed when it is reached, or done without."""
    tokens = tag.tokens
    target = next((i for i, t in enumerate(tokens) if t.text == "in"), 0) if tag.keyword == "for" else -1
    own = _loop_names(tag) if tag.keyword == "for" else frozenset()
    condition = _condition(tag)
    branching = bool(blocks) or any(token.text in ("if", "and", "or") for token in tokens) or tag.keyword == "elif"
    for path in _paths(tokens):
        root = path.name.split(".")[0]
        local = root in own or any(root in block.names for block in blocks)
        after = tokens[path.stop].text if path.stop < len(tokens) else ""
        if path.first < target or (root == "loop" and local) or after == "=":
            continue
        if _has_default(tokens, path.stop) or after == "is" or (path.first in condition and _bare(tokens, path)):
            reading.optional.update(() if local else (path.name,))
            continue
        if _within_default(tokens, path.first):
            reading.optional.update(() if local else (path.name,))
            reading.inserts.append((_end_of_default(tokens, path.first), f'|{FIGURE}("{path.name}")'))
        elif local or branching:
            reading.conditional.update(() if local else (path.name,))
            reading.inserts.append((tokens[path.stop - 1].end, f'|{FIGURE}("{path.name}")'))
        else:
            reading.required.add(path.name)


def _condition(tag: Tag) -> range:
    """The tokens of the tag that decide something: all of an if, or what stands after ``if`` in an expression."""
    if tag.keyword in ("if", "elif"):
        return range(len(tag.tokens))
    texts = [token.text for token in tag.tokens]
    if "if" not in texts:
        return range(0)
    return range(texts.index("if") + 1, texts.index("else") if "else" in texts else len(texts))


def _bare(tokens: tuple[Token, ...], path: Path) -> bool:
    """Whether the name alone is asked for being there: between nothing but and, or, not and parentheses."""
    before = tokens[path.first - 1].text if path.first else "if"
    after = tokens[path.stop].text if path.stop < len(tokens) else "else"
    return before in ("if", "and", "or", "not", "(") and after in ("and", "or", ")", "else")


def _has_default(tokens: tuple[Token, ...], stop: int) -> bool:
    return len(tokens) > stop + 1 and tokens[stop].text == "|" and tokens[stop + 1].text in ("default", "d")


def _within_default(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the token is an argument of ``default(…)``."""
    depth = 0
    for position in range(index - 1, 0, -1):
        text = tokens[position].text
        depth += (text == ")") - (text == "(")
        if depth < 0:
            return tokens[position - 1].text in ("default", "d") and tokens[position - 2].text == "|"
    return False


def _end_of_default(tokens: tuple[Token, ...], index: int) -> int:
    depth = 0
    for token in tokens[index:]:
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            return token.end
    return tokens[-1].end


def rewritten(source: str, reading: Reading) -> str:
    """The source with the checks of ``read`` put in."""
    pieces = []
    end = 0
    for position, text in sorted(reading.inserts):
        pieces += [source[end:position], text]
        end = position
    return "".join([*pieces, source[end:]])
