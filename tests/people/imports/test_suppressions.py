"""The import of suppressions."""

from __future__ import annotations

from pauta.people.addresses import AddressState
from tests.people.conftest import Importer

PEOPLE = "id,email,phone\n1,ana@x.example,+5511987654321\n2,bruno@x.example,\n"
TEXT = (
    "endereço,canal,state,motivo\n"
    "Ana@X.example,email,bounced,mailbox is gone\n"
    "carla@x.example,email,complained,\n"
    "(11) 98765-4321,whatsapp,invalid,\n"
    "nobody,email,bounced,\n"
    "bruno@x.example,email,sad,\n"
    "bruno@x.example,print,bounced,\n"
    "bruno@x.example,,bounced,\n"
)
MAPS = {"maps": ("endereço=address",)}


def test_suppressed_addresses_are_closed_for_those_who_have_them_and_those_to_come(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    tally = importer("suppressions", TEXT, **MAPS)
    assert (tally.created, tally.changed) == (3, 0)
    assert tally.reasons == {
        "people_email_invalid": 1,
        "import_state_unknown": 1,
        "people_channel_without_address": 1,
        "import_value_missing": 1,
    }
    importer("contacts", "id,email\n3,carla@x.example\n")
    assert importer.rows("SELECT external_id, email_state, phone_state FROM contact ORDER BY 1") == [
        ("1", AddressState.BOUNCED, AddressState.INVALID),
        ("2", AddressState.OK, AddressState.NONE),
        ("3", AddressState.COMPLAINED, AddressState.NONE),
    ]
    assert importer.rows("SELECT address, reason, source FROM suppression ORDER BY channel, address") == [
        ("ana@x.example", "mailbox is gone", "import"),
        ("carla@x.example", "", "import"),
        ("+5511987654321", "", "import"),
    ]


def test_the_same_suppressions_again_change_nothing_and_another_state_does(importer: Importer) -> None:
    importer("suppressions", TEXT, **MAPS)
    again = importer("suppressions", TEXT, **MAPS)
    changed = importer("suppressions", TEXT.replace("bounced,mailbox", "erased,mailbox"), **MAPS)
    assert (again.created, again.changed, changed.created, changed.changed) == (0, 0, 0, 1)
