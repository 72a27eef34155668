"""The import of preferences."""

from __future__ import annotations

from tests.people.conftest import Importer

PEOPLE = "id,email,account\n1,ana@x.example,Acme\n2,ANA@x.example,Globex\n3,bruno@x.example,Acme\n"
TEXT = (
    "contato,tema,máximo,dias\n"
    "ana@x.example,news,2,30\n"
    "3,news,1,7\n"
    "3,tips,0,30\n"
    "3,news,4,7\n"
    "nobody,news,1,7\n"
    "3,offers,many,7\n"
    "3,offers,1,0\n"
    "3,,1,7\n"
)
STORED = """
SELECT contact.external_id, topic, at_most, days, preference.part = contact.part
FROM preference JOIN contact ON contact.id = contact_id ORDER BY 1, 2
"""


def test_preferences_are_set_for_everybody_with_the_address_and_the_last_word_counts(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    first = importer("preferences", TEXT)
    assert (first.created, first.changed) == (4, 0)
    assert first.reasons == {"import_contact_unknown": 1, "import_not_whole": 2, "import_value_missing": 1}
    assert importer.rows(STORED) == [
        ("1", "news", 2, 30, True),
        ("2", "news", 2, 30, True),
        ("3", "news", 4, 7, True),
        ("3", "tips", 0, 30, True),
    ]


def test_the_same_preferences_again_change_nothing_and_others_do(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    importer("preferences", TEXT)
    again = importer("preferences", TEXT)
    changed = importer("preferences", TEXT.replace("tips,0", "tips,5"))
    assert (again.created, again.changed, changed.created, changed.changed) == (0, 0, 0, 1)
