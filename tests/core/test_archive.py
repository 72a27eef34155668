"""The archive's codec."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.archive import compress, content_hash, expand

DICTIONARY = b"".join(b"<p>paragraph %d of a template that many people get</p>\r\n" % number for number in range(200))


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_what_goes_in_comes_out(content: bytes, dictionary: bytes) -> None:
    assert expand(compress(content, dictionary), dictionary) == content
    assert compress(content, dictionary) == compress(content, dictionary)


def test_a_mail_of_the_template_is_small() -> None:
    mail = DICTIONARY.replace(b"paragraph 7 ", b"Ana Souza ")
    assert len(compress(mail, DICTIONARY)) < len(mail) / 50
    assert expand(compress(mail, DICTIONARY), DICTIONARY) == mail


def test_a_long_dictionary_counts_from_its_end() -> None:
    long = bytes(range(256)) * 400 + DICTIONARY
    assert expand(compress(DICTIONARY, long), long) == DICTIONARY
    assert expand(compress(DICTIONARY, long), long[-32_768:]) == DICTIONARY


@pytest.mark.parametrize("damage", [lambda packed: packed[:-5], lambda packed: packed[:20] + b"\0\0\0" + packed[23:]])
def test_damage_is_noticed(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(zlib.error):
        expand(damage(compress(DICTIONARY[:500])))


def test_another_dictionary_is_noticed() -> None:
    with pytest.raises(zlib.error):
        expand(compress(b"content", b"one dictionary"), b"another dictionary")


def test_hash() -> None:
    assert content_hash(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
