from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns import actions, preview, queries
from pauta.campaigns.forecasts import Count, DayForecast
from pauta.campaigns.rivals import Loser, Winner
from pauta.core.problems import Problem
from tests.messages.cast import ACME, ANA, BRUNO, NOW, TWO_A_WEEK, add_touch, settle

TODAY = date(2026, 11, 23)


def campaign(base: Connection[Any], **changes: Any) -> queries.Campaign:
    document = {"name": "news", "type": "promotional", "template": "hello", "audience": {"everyone": True}} | changes
    return queries.campaign(base, actions.create(base, NOW, actions.read_draft(document), "cli:ana"))


def plan_message(base: Connection[Any], number: int, contact: int, day: date) -> None:
    base.execute(
        "INSERT INTO kind (id, type, topic, team, campaign, urgent) VALUES (901, 'educational', 'tips', 'success',"
        " 'tips', false) ON CONFLICT DO NOTHING"
    )
    base.execute(
        "INSERT INTO proposal (id, source, occurrence, kind_id, tier, value, channels, template_id, actor, created_at)"
        " VALUES (901, 'campaign', 'tips', 901, 2, 0, '{0}', 1, 'x', %s) ON CONFLICT DO NOTHING",
        (NOW,),
    )
    base.execute(
        "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
        " winner, channel, wished, day, due, policy_version, created_at, changed_at)"
        " VALUES (1, %s, %s, %s, 901, 0, 1, 0, 14, 0, 0, 0, %s, %s, %s, 1, %s, %s)",
        (number, ACME, contact, day, day, NOW, NOW, NOW),
    )


def test_every_verdict_is_counted_with_its_rule(connection: Connection[Any]) -> None:
    settle(connection, (TWO_A_WEEK,))
    add_touch(connection, ANA, ACME, "2026-11-22", 1)
    add_touch(connection, ANA, ACME, "2026-11-23", 2)
    connection.execute("UPDATE contact SET email_state = 3 WHERE id = %s", (BRUNO,))
    found = preview.preview(connection, NOW, campaign(connection))
    assert (found.contacts, found.day, found.sampled) == (3, TODAY, 3)
    assert found.counts == (
        Count("send", "clear", "", 1),
        Count("queue", "cap", "two a week", 1),
        Count("suppress", "address", "address", 1),
    )
    assert found.winners == (Winner("spring", "news", "", 1),)
    assert found.losers == ()


def test_the_strip_tells_every_day_and_the_best_one(connection: Connection[Any]) -> None:
    settle(connection, (TWO_A_WEEK,))
    add_touch(connection, ANA, ACME, "2026-11-22", 1)
    add_touch(connection, ANA, ACME, "2026-11-23", 2)
    found = preview.preview(connection, NOW, campaign(connection, expires="2026-11-30"), days=10)
    sends = [one.send for one in found.strip]
    assert sends == [2, 2, 2, 2, 2, 2, 3, 3, 0, 0]  # Ana's window frees on day 6; after day 7 nothing may go
    assert found.strip[0] == DayForecast(TODAY, 2, 1, 0, 0.0)
    assert found.strip[9].suppress == 3
    assert found.best == TODAY + timedelta(days=6)


def test_the_chosen_day_is_the_first_one_allowed_or_the_one_asked_for(connection: Connection[Any]) -> None:
    settle(connection, ({"kind": "time", "name": "weekdays", "weekdays": [1, 2, 3, 4, 5]},))
    chosen = campaign(connection, not_before="2026-11-25")
    assert preview.preview(connection, NOW, chosen, days=1).day == date(2026, 11, 25)
    saturday = preview.preview(connection, NOW, chosen, date(2026, 11, 28), days=1)
    assert saturday.counts == (Count("queue", "time", "weekdays", 3),)


def test_a_higher_tier_shows_whom_it_pushes_aside(connection: Connection[Any]) -> None:
    settle(connection, ({"kind": "cap", "name": "one a day", "limit": 1, "days": 1},))
    plan_message(connection, 1, ANA, TODAY)
    plan_message(connection, 2, BRUNO, TODAY)
    found = preview.preview(connection, NOW, campaign(connection, tier=1), days=1)
    assert found.losers == (Loser("tips", "tips", "success", later=2, dropped=0),)
    same_tier = preview.preview(connection, NOW, campaign(connection, name="same"), days=1)
    assert same_tier.losers == ()
    assert same_tier.winners == (Winner("tips", "tips", "success", 2),)


def test_a_full_channel_is_shared_by_all_pieces(connection: Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    settle(connection, ({"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 2, "per": "day"},))
    monkeypatch.setattr(preview, "TOGETHER", 0)
    monkeypatch.setattr(preview, "FEW_ACCOUNTS", 0)
    chosen = campaign(connection)
    connection.commit()  # pieces are read on a connection of their own
    found = preview.preview(connection, NOW, chosen, days=1)
    assert found.counts == (Count("send", "clear", "", 2), Count("queue", "capacity", "warm-up", 1))


def test_places_that_are_reserved_already_are_not_given_twice(connection: Connection[Any]) -> None:
    settle(connection, ({"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 2, "per": "day"},))
    plan_message(connection, 1, ANA, TODAY)
    row = connection.execute("SELECT id FROM policy").fetchone()
    assert row is not None
    connection.execute("INSERT INTO capacity_use VALUES (%s, %s, 1)", (row[0], TODAY))
    found = preview.preview(connection, NOW, campaign(connection, tier=3), days=1)
    assert found.counts == (Count("send", "clear", "", 1), Count("queue", "capacity", "warm-up", 2))


def test_a_sample_comes_close_and_says_how_close(connection: Connection[Any]) -> None:
    settle(connection, (TWO_A_WEEK,))
    connection.execute(
        "INSERT INTO contact (id, external_id, account_key, part, person_id, email, email_state, created_at,"
        " changed_at) SELECT 1000 + g, 'x' || g, -1000 - g, (1000 + g) % 64, 1000 + g, g || '@x.example',"
        " CASE WHEN g % 3 = 0 THEN 3 ELSE 1 END, now(), now() FROM generate_series(0, 5999) g"
    )
    connection.execute(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 0, '*', true, 'contract', 'x', now(), now() FROM contact WHERE id >= 1000"
    )
    chosen = campaign(connection)
    (exact,), everyone = preview.forecast(connection, NOW, chosen, 1, 10_000)
    (close,), sampled = preview.forecast(connection, NOW, chosen, 1, 1_000)
    assert (everyone, exact.send, exact.error) == (6003, 4003, 0.0)
    assert 800 < sampled < 1200
    assert 20 < close.error < 200
    assert abs(close.send - exact.send) < 4 * close.error
    assert preview.forecast(connection, NOW, chosen, 1, 1_000) == ((close,), sampled)


def test_nothing_is_written_but_the_name_of_its_kind(connection: Connection[Any]) -> None:
    settle(connection, (TWO_A_WEEK,))
    preview.preview(connection, NOW, campaign(connection), days=3)
    for table in ("message", "proposal", "plan_request", "capacity_use", "launch_part"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_all_days_counted_over_everyone_are_what_each_day_is_alone(
    connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cap = {"kind": "cap", "name": "one a day", "limit": 1, "days": 1}
    settle(connection, (cap, {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 2, "per": "day"}))
    plan_message(connection, 1, ANA, TODAY)
    connection.execute("INSERT INTO capacity_use SELECT id, %s, 1 FROM policy WHERE name = 'warm-up'", (TODAY,))
    monkeypatch.setattr(preview, "TOGETHER", 0)
    monkeypatch.setattr(preview, "FEW_ACCOUNTS", 0)
    chosen = campaign(connection, tier=1)
    connection.commit()  # pieces are read on a connection of their own
    found = preview.outlook(connection, NOW, chosen, days=3, exact=True)
    assert (found.sampled, found.contacts, len(found.days)) == (3, 3, 3)
    for day in found.days:
        alone = preview.impact(connection, NOW, chosen, None if day.day == TODAY else day.day)
        assert (day.counts, day.losers, day.winners) == (alone.counts, alone.losers, alone.winners)
        assert (day.send, day.queue, day.suppress, day.error) == (2, 1, 0, 0.0)


@pytest.mark.parametrize("days", [0, 61])
def test_a_strip_has_a_length_that_boards_can_tell(connection: Connection[Any], days: int) -> None:
    settle(connection)
    with pytest.raises(Problem) as caught:
        preview.preview(connection, NOW, campaign(connection), days=days)
    assert caught.value.code == "campaigns.days_wrong"
