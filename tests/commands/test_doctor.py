"""The doctor finds what is wrong and says how to mend it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pauta.campaigns.actions import create, read_draft
from pauta.channels.email.signing import make_key, use_key
from pauta.commands.doctor import doctor, doctor_mail
from pauta.content.actions import publish
from pauta.core.render import TemplateSource
from pauta.people.company import CompanyValues, save_company
from pauta.platform import database as pauta_database
from pauta.platform.settings import LANGUAGES, Settings
from tests.channels.email.nameserver import resolver
from tests.channels.email.ses.mock import ses
from tests.conftest import MONDAY


@pytest.fixture
def sound(settings: Settings) -> Settings:
    """Settings with which nothing is wrong; the server of the tests itself is made for speed, not for safety."""
    with pauta_database.connect(settings.database_url) as connection:
        save_company(connection, CompanyValues(postal_address="Rua das Marés, 100"), zone="UTC", language="en")
    mail = {"smtp_url": "smtp://127.0.0.1:31702", "web_url": "https://pauta.example"}
    return replace(settings, web_port=31_701, catcher_smtp_port=31_702, **mail)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Another program that has a port and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def _bad(settings: Settings) -> list[str]:
    return [finding.said("en") for finding in doctor(settings) if not finding.good]


def test_every_finding_can_be_said_in_every_language(sound: Settings) -> None:
    for finding in doctor(sound):
        assert all(finding.said(lang) for lang in LANGUAGES)


def test_a_database_that_may_lose_messages_is_found(sound: Settings) -> None:
    assert [text.split()[2] for text in _bad(sound)] == ["fsync", "full_page_writes", "synchronous_commit"]


def test_a_database_that_is_safe_is_well(sound: Settings, database: str) -> None:
    with pauta_database.connect(database, autocommit=True) as connection:
        connection.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = on")
        try:
            assert "synchronous_commit" not in " ".join(_bad(sound))
        finally:
            connection.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit")


def test_a_database_that_does_not_answer_is_found_and_the_rest_is_looked_at(sound: Settings) -> None:
    findings = list(doctor(replace(sound, database_url="postgresql://ana@127.0.0.1:1/pauta")))
    assert [finding.good for finding in findings].count(False) == 1
    assert "database_url" in next(finding.said("en") for finding in findings if not finding.good)
    assert findings[-1].good


def test_what_keeps_mails_from_leaving_is_found(sound: Settings, database: str) -> None:
    assert "web_url (http://pauta.example)" in " ".join(_bad(replace(sound, web_url="http://pauta.example")))
    assert "web_url" not in " ".join(_bad(replace(sound, web_url="", smtp_url="")))
    with pauta_database.connect(database) as connection:
        connection.execute("UPDATE company SET postal_address = ''")
    assert "pauta company --postal-address" in " ".join(_bad(sound))


def test_the_mail_of_the_domain_is_looked_at(sound: Settings, database: str) -> None:
    with pauta_database.connect(database) as connection:
        connection.execute("UPDATE company SET sender = 'Sur <a@news.sur.example>'")
        key = make_key(connection, "sur.example", "p1", MONDAY)
        use_key(connection, key, MONDAY)
    published = {
        ("news.sur.example", "TXT"): ['"v=spf1 mx -all"'],
        ("p1._domainkey.sur.example", "TXT"): [f'"{key.record[:250]}" "{key.record[250:]}"'],
    }
    with resolver(published) as asking:
        findings = [(one.good, one.said("en")) for one in doctor_mail(sound, asking)]
    assert [good for good, _ in findings] == [True, True, False, True]
    assert "_dmarc.news.sur.example" in findings[2][1]


def test_every_domain_that_mails_are_from_is_looked_at(sound: Settings, database: str) -> None:
    with pauta_database.connect(database) as connection:
        connection.execute("UPDATE company SET sender = 'Sur <a@sur.example>'")
        publish(connection, "hello", {"en": TemplateSource("Hello", "<mjml><mj-body></mj-body></mjml>")}, "ana", MONDAY)
        connection.execute("INSERT INTO team (name, title) VALUES ('marketing', 'Marketing')")
        fields = {"type": "promotional", "topic": "x", "team": "marketing", "channels": ["email"]}
        for name, sender in (("a", "News <n@news.example>"), ("b", "owner"), ("c", "")):
            draft = {"name": name, "template": "hello", "audience": {"everyone": True}, "sender": sender, **fields}
            create(connection, MONDAY, read_draft(draft), "ana")
    with resolver({}) as asking:
        said = " ".join(one.said("en") for one in doctor_mail(sound, asking))
    assert "sur.example" in said
    assert "_dmarc.news.example" in said


def test_each_provider_of_a_stream_is_looked_at(sound: Settings) -> None:
    """Amazon SES is asked for its limits, the server of the other stream for its encryption."""
    with ses() as mock, resolver({}) as asking:
        chosen = replace(sound, bulk_url=mock.url, smtp_rate=14, ses_topics="arn:aws:sns:eu-west-1:1:t")
        good = [(one.good, one.said("en")) for one in doctor_mail(chosen, asking)][3:]
        bare = [one.good for one in doctor_mail(replace(chosen, smtp_rate=0, ses_topics=""), asking)][3:]
        wrong = replace(chosen, bulk_url=mock.url.replace("EXAMPLEKEY", "another"))
        refused = [one.said(lang) for one in doctor_mail(wrong, asking) for lang in LANGUAGES if not one.good]
        broken = [one.said("en") for one in doctor_mail(replace(chosen, bulk_url="ses://eu-west-1"), asking)]
    away = [one.said("en") for one in doctor_mail(chosen, asking)]
    assert [well for well, _ in good] == [True, True, True, True]
    assert "14 a second and 50000 a day" in good[0][1]
    assert bare == [True, False, False, True]
    assert any("refuses the key" in text for text in refused)
    assert any("ses://KEY:SECRET@" in text for text in broken)
    assert not any("Amazon" in text and "takes e-mails" in text for text in away)


def test_something_else_in_the_place_of_ses_is_told(sound: Settings) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server, resolver({}) as asking:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"ses://KEY:SECRET@eu-west-1/?endpoint=http://127.0.0.1:{server.server_port}"
        said = [one.said("en") for one in doctor_mail(replace(sound, bulk_url=url), asking)]
        server.shutdown()
    assert any("refuses the key: 404" in text for text in said), said


def test_a_taken_port_is_found(sound: Settings, listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    assert f"Port {port} is taken" in " ".join(_bad(replace(sound, web_port=port)))


def test_a_mail_server_that_is_not_there_is_found(sound: Settings) -> None:
    assert "mail server 127.0.0.1 does not answer on port 3" in " ".join(
        _bad(replace(sound, smtp_url="smtp://127.0.0.1:3"))
    )


def test_a_data_folder_that_cannot_be_is_found(sound: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "data_dir" in _bad(replace(sound, data_dir=tmp_path / "file"))[0]
