"""Tasks by API: given, told, done; made from silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import As, Call

TASK = {"title": "Call Eva", "contact": "eva", "assignee": "bruno@pauta.example", "due": "2026-11-27"}


def make(by: As, name: str = "ana", **changed: Any) -> int:
    made = by(name, "POST", "/tasks", TASK | changed)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def test_a_task_is_told_to_its_assignee_and_done(by: As) -> None:
    number = make(by)
    make(by, "bruno", title="My own", due="2026-11-25")
    entries = by("bruno", "GET", "/inbox?lang=en").json()["entries"]
    assert [one["title"] for one in entries] == ["A task for you, due Fri 27 Nov: Call Eva"], "not of one's own"
    mine = by("bruno", "GET", "/tasks?mine=true").json()
    assert [(one["title"], one["about"], one["by"]) for one in mine] == [
        ("My own", "eva", "Bruno"),
        ("Call Eva", "eva", "Ana"),
    ]
    assert by("ana", "GET", "/tasks?mine=true").json() == []
    done = by("bruno", "POST", f"/tasks/{number}/done", {"done": True}).json()
    assert done["done_by"] == "Bruno"
    assert [one["id"] for one in by("ana", "GET", "/tasks?done=true").json()] == [number]
    assert by("ana", "POST", f"/tasks/{number}/done", {"done": False}).json()["done_at"] is None


def test_tasks_come_page_by_page(by: As) -> None:
    days = ("2026-11-27", "2026-11-25", "2026-11-25", "2026-11-26")
    numbers = [make(by, due=day) for day in days]
    pages, after = [], ""
    while page := by("ana", "GET", f"/tasks?limit=2{after}").json():
        pages.append([one["id"] for one in page])
        after = f"&after={page[-1]['id']}"
    assert pages == [[numbers[1], numbers[2]], [numbers[3], numbers[0]]]
    for number in numbers:
        by("ana", "POST", f"/tasks/{number}/done", {"done": True})
    assert [one["id"] for one in by("ana", "GET", f"/tasks?done=true&after={numbers[2]}").json()] == numbers[1::-1]


def test_tasks_of_one_title_are_told_one_by_one(by: As) -> None:
    for due in ("2026-11-27", "2026-11-28", "2026-11-28"):
        make(by, due=due)
    entries = by("bruno", "GET", "/inbox?lang=en").json()["entries"]
    assert sorted(one["title"] for one in entries) == [
        "A task for you, due Fri 27 Nov: Call Eva",
        "A task for you, due Sat 28 Nov: Call Eva",
        "A task for you, due Sat 28 Nov: Call Eva",
    ]


def test_who_is_silent_shows_the_task_that_is_open(by: As, call: Call) -> None:
    call("PUT", "/accounts/acme", json={"name": "Acme"})
    call("PUT", "/contacts/eva", json={"account": "acme"})

    def marked(of: str) -> dict[str, bool]:
        return {one["id"]: one["task"] for one in by("ana", "GET", f"/silence/{of}?days=1").json()["silent"]}

    assert marked("contacts") == {"eva": False, "luis": False}
    number = make(by)
    assert marked("contacts") == {"eva": True, "luis": False}
    assert marked("accounts") == {"acme": False}
    make(by, contact="", account="acme")
    assert marked("accounts") == {"acme": True}
    by("bruno", "POST", f"/tasks/{number}/done", {"done": True})
    assert marked("contacts") == {"eva": False, "luis": False}


@pytest.mark.parametrize(
    ("name", "makes", "finishes_others"),
    [
        ("renata", 201, 200), ("ana", 201, 200), ("bruno", 201, 200), ("debora", 201, 200), ("rodrigo", 201, 200),
        ("carla", 403, 403), ("igor", 403, 403),
    ],
)  # fmt: skip
def test_who_may_give_tasks_and_finish_those_of_others(
    by: As,
    name: str,
    makes: int,
    finishes_others: int,
) -> None:
    assert by(name, "POST", "/tasks", TASK).status_code == makes
    others = make(by, assignee="livia@pauta.example")
    assert by(name, "POST", f"/tasks/{others}/done", {"done": True}).status_code == finishes_others
    own = make(by, assignee=f"{name}@pauta.example")
    assert by(name, "POST", f"/tasks/{own}/done", {"done": True}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"assignee": "x@pauta.example"}, "user_named_unknown"),
        ({"title": " "}, "messages.field_missing"),
        ({"due": ""}, "web_field_type"),
    ],
)
def test_a_wrong_task_is_refused(by: As, changed: dict[str, Any], code: str) -> None:
    assert by("ana", "POST", "/tasks", TASK | changed).json()["code"] == code
    assert by("ana", "POST", "/tasks/99/done", {"done": True}).status_code == 404
