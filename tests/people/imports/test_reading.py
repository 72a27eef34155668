"""How files are written: delimiters, encodings, quoting; and what is no CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pauta.core.problems import Problem
from pauta.people.imports.reading import chunks, look_through

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=30)
)


def written(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    TABLES, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.integers(1, 7)
)
def test_what_was_written_is_read(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, size: int
) -> None:
    header = [f"Column {number}" for number in range(len(rows[0]))]
    file = tmp_path / "file.csv"
    file.write_bytes(written([header, *rows], delimiter).encode(encoding))
    sheet = look_through(file, delimiter=delimiter)
    read = list(chunks(sheet, size))
    assert sheet.header == tuple(header)
    assert [row for chunk in read for row in chunk.rows] == rows
    assert [chunk.first for chunk in read] == list(range(1, len(rows) + 1, size))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(written([["name", "note"], ["Ana", "a, b; c"], ["Bruno", "d | e"]], delimiter), encoding="utf-8")
    assert look_through(file).delimiter == delimiter


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("nome\nJoão".encode(), "utf-8"),
        ("nome\nJoão".encode("utf-8-sig"), "utf-8-sig"),
        ("nome\nJoão".encode("latin-1"), "cp1252"),
        ("nome\nJoão".encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_guessed(tmp_path: Path, content: bytes, encoding: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    sheet = look_through(file)
    assert sheet.encoding == encoding
    assert [chunk.rows for chunk in chunks(sheet, 10)] == [[["João"]]]


def test_blank_lines_are_no_rows_and_headers_without_name_get_one(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("\nemail,\n\na@b.example,x\n\n", encoding="utf-8")
    sheet = look_through(file)
    assert sheet.header == ("email", "column_2")
    assert [chunk.rows for chunk in chunks(sheet, 10)] == [[["a@b.example", "x"]]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_file_empty"),
        (b"\n\n", "import_file_empty"),
        (b"PK\x03\x04rest", "import_file_workbook"),
        (b"\x00\x01\x02", "import_file_binary"),
        (b"name,name\nAna,Bruno", "import_column_twice"),
    ],
)
def test_what_is_no_csv_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises(Problem) as problem:
        look_through(file)
    assert problem.value.code == code


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Problem, match="import_file_unreadable"):
            look_through(path)


def test_a_wrong_encoding_or_delimiter_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes("nome\nJoão".encode("latin-1"))
    for wish, code in (({"encoding": "klingon"}, "encoding_unknown"), ({"delimiter": "::"}, "delimiter_invalid")):
        with pytest.raises(Problem, match=code):
            look_through(file, **wish)  # type: ignore[arg-type]
    with pytest.raises(Problem, match="not_in_encoding"):
        list(chunks(look_through(file, encoding="utf-8"), 10))
