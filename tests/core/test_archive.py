"""The archive's codec."""

from __future__ import annotations

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
    assert len(compress(mail, DICTIONARY)) < len(mail) / 40
    assert expand(compress(mail, DICTIONARY), DICTIONARY) == mail


def test_a_long_dictionary_counts_to_its_end() -> None:
    long = bytes(range(256)) * 4000 + DICTIONARY
    packed = compress(DICTIONARY, long)
    assert len(packed) < 100
    assert expand(packed, long) == DICTIONARY


@pytest.mark.parametrize("damage", [lambda packed: packed[:-5], lambda packed: packed[:20] + b"\0\0\0" + packed[23:]])
def test_damage_is_noticed(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(ValueError, match="damaged"):
        expand(damage(compress(DICTIONARY[:500])))


def test_another_dictionary_is_noticed() -> None:
    with pytest.raises(ValueError, match="damaged"):
        expand(compress(DICTIONARY, DICTIONARY), DICTIONARY[::-1])


def test_hash() -> None:
    assert content_hash(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
