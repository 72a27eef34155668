"""Quoted-printable text."""

from __future__ import annotations

import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.quoted import quoted_printable


@given(st.text(st.sampled_from("ab =.\t\n\r\x00\x7fñ漢🎉"), max_size=400))
def test_any_text_comes_back_from_ascii_lines_of_76_characters(text: str) -> None:
    written = quoted_printable(text)
    lines = written.split(b"\r\n")
    assert lines.pop() == b""
    assert all(re.fullmatch(rb"([!-<>-~ \t]|=[0-9A-F]{2}){,76}=?", line) and len(line) <= 76 for line in lines)
    assert not any(line.endswith((b" ", b"\t")) for line in lines)
    meant = re.sub(r"\r\n|\r|\n", "\r\n", text) + "\r\n"
    assert quopri.decodestring(written) == meant.encode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", b"\r\n"),
        ("a=b", b"a=3Db\r\n"),
        ("a \nb\t", b"a=20\r\nb=09\r\n"),
        ("é", b"=C3=A9\r\n"),
        ("x" * 76, b"x" * 76 + b"\r\n"),
        ("x" * 77, b"x" * 75 + b"=\r\nxx\r\n"),
        ("x" * 75 + "é", b"x" * 75 + b"=\r\n=C3=A9\r\n"),
        ("x" * 73 + "=", b"x" * 73 + b"=3D\r\n"),
    ],
)
def test_known_answers(text: str, written: bytes) -> None:
    assert quoted_printable(text) == written
