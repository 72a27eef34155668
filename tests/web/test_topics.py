"""Topics and lists by API."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from pauta.people.actions import ContactValues, upsert_contact
from tests.conftest import MONDAY
from tests.web.conftest import Call


def test_a_topic_gets_titles_and_its_days_one_after_the_other(call: Call) -> None:
    assert call("GET", "/topics").json() == []
    call("PUT", "/topics/news", json={"titles": {"en": "News"}})
    call("PUT", "/topics/news", json={"unread_days": 3})
    saved = call("PUT", "/topics/news", json={"titles": {"pt-BR": "Novidades"}})
    assert saved.json() == {"name": "news", "titles": {"en": "News", "pt-BR": "Novidades"}, "unread_days": 3}
    assert call("GET", "/topics", role="reader").json() == [saved.json()]
    (latest,) = call("GET", "/audit?subject=topic:news&limit=1").json()
    assert latest["detail"] == {"titles": {"pt-BR": "Novidades"}}


def test_a_title_that_is_none_is_refused_at_its_language(call: Call) -> None:
    answer = call("PUT", "/topics/news", json={"titles": {"en": "N" * 81}})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "content.topic_title", "en")
    assert call("PUT", "/topics/news", json={"unread_days": 91}).status_code == 422


def test_a_list_is_made_and_filled_anew(call: Call, connection: Connection[Any]) -> None:
    for name in ("ana", "beto", "eva"):
        upsert_contact(connection, ContactValues(external_id=name, email=f"{name}@acme.example"), MONDAY)
    connection.commit()
    made = call("PUT", "/lists/webinar", json={"contacts": ["ana", "beto@acme.example", "nobody"]})
    assert made.json() == {"name": "webinar", "contacts": 2, "unknown": ["nobody"]}
    call("PUT", "/lists/webinar", json={"contacts": ["eva"]})
    assert call("GET", "/lists").json() == [{"name": "webinar", "contacts": 1}]
    count = call("POST", "/audiences/count", json={"audience": {"list": "webinar"}})
    assert count.json() == {"contacts": 1}
    empty = call("PUT", "/lists/webinar", json={"contacts": ["nobody"]})
    refusal = empty.json()
    assert (empty.status_code, refusal["code"], refusal["field"]) == (422, "campaigns.list_empty", "contacts")
    assert call("GET", "/lists").json() == [{"name": "webinar", "contacts": 1}], "nothing of it is kept"
