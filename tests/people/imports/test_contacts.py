"""The import of contacts, accounts and consents into a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pauta.core.gate.vocabulary import Channel
from pauta.people import actions
from pauta.people.addresses import AddressState
from pauta.platform.database import connect
from tests.conftest import MONDAY
from tests.people.conftest import Importer

PEOPLE = """id;E-mail;nome;empresa;país;telefone;plano;assentos;desde
1;ana@acme.example;Ana Lima;Acme;Brasil;(11) 98765-4321;pro;12;01/02/2026
2;bruno@acme.example;Bruno;Acme;México;+525512345678;free;;
3;carla@globex.example;Carla Díaz Gómez;Globex;;;pro;7;15/03/2026
"""


def test_people_accounts_places_phones_and_typed_attributes_are_stored(importer: Importer) -> None:
    tally = importer("contacts", PEOPLE, sets=("zone=America/Sao_Paulo",))
    assert (tally.created, tally.rejected, tally.notes["import_accounts_made"]) == (3, 0, 2)
    rows = importer.rows(
        """
        SELECT contact.external_id, first_name, last_name, account.name, zone, country, phone, email_state, phone_state,
          contact.attributes, account_key = account_id, part = account_key %% 64, person_id = contact.id
        FROM contact JOIN account ON account.id = account_id JOIN place ON place.id = contact.place_id ORDER BY 1
        """
    )
    zone, at_home = "America/Sao_Paulo", (True, True, True)
    ana = {"plano": "pro", "assentos": 12, "desde": "2026-02-01"}
    carla = {"plano": "pro", "assentos": 7, "desde": "2026-03-15"}
    assert rows == [
        ("1", "Ana", "Lima", "Acme", zone, "BR", "+5511987654321", 1, 1, ana, *at_home),
        ("2", "Bruno", "", "Acme", zone, "MX", "+525512345678", 1, 1, {"plano": "free"}, *at_home),
        ("3", "Carla", "Díaz Gómez", "Globex", zone, None, None, 1, 0, carla, *at_home),
    ]


def test_the_same_file_again_changes_nothing_and_a_changed_cell_one_row(importer: Importer) -> None:
    wishes = {"sets": ("consent.email.*=granted", "consent.basis=form")}
    importer("contacts", PEOPLE, **wishes)
    again = importer("contacts", PEOPLE, **wishes)
    assert (again.created, again.changed, again.unchanged, again.rejected, +again.notes) == (0, 0, 3, 0, {})
    changed = importer("contacts", PEOPLE.replace("Bruno;", "Bruno Reis;"), **wishes)
    assert (changed.created, changed.changed, changed.unchanged) == (0, 1, 2)
    assert importer.rows("SELECT count(*) FROM consent") == [(3,)]


def test_without_ids_the_address_is_the_id_and_blank_cells_keep_what_is_stored(importer: Importer) -> None:
    importer("contacts", "email,phone,plan\nAna@Acme.example,+5511987654321,pro\n")
    tally = importer("contacts", "email,phone,plan\nana@acme.example,,\n")
    assert (tally.created, tally.rejected) == (0, 0)
    assert importer.rows("SELECT external_id, phone, attributes FROM contact") == [
        ("ana@acme.example", "+5511987654321", {"plan": "pro"})
    ]


def test_rejected_rows_are_told_with_row_field_and_reason(importer: Importer) -> None:
    text = (
        "id,email,country,age\n"
        "1,ana@acme.example,BR,30\n"
        "2,not an address,BR,30\n"
        "3,carla@acme.example,Atlantis,30\n"
        "1,diego@acme.example,BR,30\n"
        "5,eva@acme.example,BR,old\n"
        "6,filipe@acme.example\n"
        ",gil@acme.example,BR,30\n"
        '8,"hugo@acme.example\n'
    )
    tally = importer("contacts", text, types=("age=number",))
    assert (tally.done, tally.created, tally.rejected) == (8, 1, 7)
    lines = importer.rejects.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,email,country,age,row,reason"
    assert [line.rsplit(",", 2)[1:] for line in lines[1:7]] == [
        ["2", "people_email_invalid:email"],
        ["3", "people_country_unknown:country"],
        ["4", "import_id_repeated:external_id"],
        ["5", "import_not_number:age"],
        ["6", "import_row_width:"],
        ["7", "import_value_missing:external_id"],
    ]


def test_a_mended_file_of_rejects_is_imported_with_its_old_row_numbers(importer: Importer) -> None:
    computes = ("external_id=list-{row}",)
    importer("contacts", "email,plan\nana@acme.example,pro\nbruno,pro\n", computes=computes)
    mended = importer.rejects.read_text(encoding="utf-8").replace("bruno,", "bruno@acme.example,")
    tally = importer("contacts", mended, computes=computes)
    assert (tally.created, importer.rejects.exists()) == (1, False)
    assert importer.rows("SELECT external_id, attributes FROM contact ORDER BY id") == [
        ("list-1", {"plan": "pro"}),
        ("list-2", {"plan": "pro"}),
    ]


def test_a_phone_that_is_none_is_kept_and_marked(importer: Importer) -> None:
    tally = importer("contacts", "email,phone\nana@acme.example,ask her\n")
    assert tally.notes["import_phone_kept_invalid"] == 1
    assert importer.rows("SELECT phone, phone_state FROM contact") == [("ask her", AddressState.INVALID)]


def test_unknown_accounts_are_refused_when_none_may_be_made(importer: Importer) -> None:
    importer("accounts", "name\nAcme\n")
    text = "email,company\nana@acme.example,Acme\nbruno@globex.example,Globex\n"
    tally = importer("contacts", text, create_accounts=False)
    assert (tally.created, tally.reasons) == (1, {"import_account_unknown": 1})


def test_accounts_import_and_change(importer: Importer) -> None:
    importer("contacts", "email,account\nana@acme.example,a1\n")
    first = importer("accounts", "id,empresa,país,mrr\na1,Acme,BR,100.5\na2,Globex,MX,7\n")
    again = importer("accounts", "id,empresa,país,mrr\na1,Acme,BR,100.5\na2,Globex,MX,8\n")
    assert (first.created, first.changed, again.created, again.changed, again.unchanged) == (1, 1, 0, 1, 1)
    assert importer.rows("SELECT external_id, name, attributes FROM account ORDER BY 1") == [
        ("a1", "Acme", {"mrr": 100.5}),
        ("a2", "Globex", {"mrr": 8}),
    ]


def test_shared_addresses_in_one_file_become_one_person(importer: Importer) -> None:
    importer("contacts", "id,email,account\n1,ana@x.example,Acme\n2,ANA@x.example,Globex\n3,bruno@x.example,Globex\n")
    rows = importer.rows("SELECT person_id, account_key FROM contact ORDER BY external_id")
    assert rows[0] == rows[1]
    assert rows[2] != rows[0]


def test_suppressed_addresses_stay_suppressed(importer: Importer) -> None:
    with connect(importer.database) as connection:
        given = (connection, Channel.email, ["ana@x.example"], [AddressState.COMPLAINED], [""])
        actions.suppress(*given, source="x", now=MONDAY)
    importer("contacts", "id,email\n1,Ana@X.example\n")
    assert importer.rows("SELECT email_state FROM contact") == [(AddressState.COMPLAINED,)]


def test_stated_consent_never_undoes_a_denial(importer: Importer) -> None:
    people = "email\nana@x.example\nbruno@x.example\n"
    importer("contacts", people)
    importer("consents", "email,channel,granted,basis,at\nana@x.example,email,denied,link,2026-11-22\n")
    tally = importer("contacts", people, sets=("consent.email.*=granted", "consent.basis=list"))
    assert (tally.notes["import_consents_added"], tally.notes["import_consent_kept_denied"]) == (1, 1)
    dated = ("consent.email.*=granted", "consent.basis=list", "consent.at=2026-11-23T11:00:00Z")
    assert importer("contacts", people, sets=dated).notes["import_consents_added"] == 2


def test_new_and_known_rows_of_one_file_go_their_own_ways(importer: Importer) -> None:
    importer("contacts", "id,email,account,plan\n1,ana@x.example,Acme,pro\n2,bruno@x.example,Acme,free\n")
    with connect(importer.database) as connection:
        given = (connection, Channel.email, ["eva@x.example"], [AddressState.BOUNCED], [""])
        actions.suppress(*given, source="x", now=MONDAY)
    tally = importer(
        "contacts",
        "id,email,account,plan,first_name\n"
        "3,carla@x.example,Globex,,\n"
        "1,ana@x.example,Acme,pro,\n"
        "4,Eva@x.example,,pro,Eva\n"
        "2,bruno@x.example,Globex,pro,Bruno\n"
        "5,BRUNO@x.example,Acme,pro,B.\n",
        sets=("consent.email.*=granted", "consent.basis=form"),
    )
    assert (tally.created, tally.changed, tally.unchanged) == (3, 1, 1)
    rows = importer.rows(
        """
        SELECT contact.external_id, first_name, contact.attributes, email_state, account.name,
          abs(account_key) %% 64 = contact.part, consent.part = contact.part, person_id = contact.id
        FROM contact LEFT JOIN account ON account.id = account_id JOIN consent ON contact_id = contact.id ORDER BY 1
        """
    )
    assert rows == [
        ("1", "", {"plan": "pro"}, AddressState.OK, "Acme", True, True, True),
        ("2", "Bruno", {"plan": "pro"}, AddressState.OK, "Globex", True, True, True),
        ("3", "", {}, AddressState.OK, "Globex", True, True, True),
        ("4", "Eva", {"plan": "pro"}, AddressState.BOUNCED, None, True, True, True),
        ("5", "B.", {"plan": "pro"}, AddressState.OK, "Acme", True, True, False),
    ]


def test_consent_columns_take_days_as_people_write_them(importer: Importer) -> None:
    text = "email,pausado até,consent.email.*,consent.at\nana@x.example,24/12/2026,sim,31/10/2026\n"
    importer("contacts", text, sets=("consent.basis=form",))
    assert importer.rows("SELECT paused_until, at FROM contact JOIN consent ON contact_id = contact.id") == [
        (date(2026, 12, 24), datetime(2026, 10, 31, tzinfo=UTC))
    ]


def test_a_consent_that_is_dated_in_the_future_counts_from_now_on(importer: Importer) -> None:
    text = "email,consent.email.*,consent.at\nana@x.example,sim,2027-01-31\nbia@x.example,sim,2026-10-31\n"
    for _ in range(2):
        importer("contacts", text, sets=("consent.basis=form",))
    assert importer.rows("SELECT at FROM consent ORDER BY contact_id") == [
        (MONDAY,),
        (datetime(2026, 10, 31, tzinfo=UTC),),
    ]


def test_consents_are_appended_in_order_once(importer: Importer) -> None:
    importer("contacts", "id,email\n1,ana@x.example\n2,ana@x.example\n3,bruno@x.example\n")
    text = (
        "contato,canal,tópico,status,base_legal,data\n"
        "ana@x.example,email,news,granted,form,2026-01-01\n"
        "3,sms,,denied,call,2026-02-01T10:00:00-03:00\n"
        "nobody,email,,granted,form,2026-01-01\n"
    )
    first, again = importer("consents", text), importer("consents", text)
    assert (first.created, first.reasons, again.created) == (3, {"import_contact_unknown": 1}, 0)
    rows = importer.rows(
        "SELECT contact.external_id, topic, granted FROM contact JOIN consent ON contact_id = contact.id ORDER BY 1"
    )
    assert rows == [("1", "news", True), ("2", "news", True), ("3", "*", False)]
