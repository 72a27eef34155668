"""``launch``: from "launch" to every verdict stored; ``deliver``: from there until the mail server has every mail.

``deliver.measured`` delivers mails whose links tell when they are followed,
``deliver.signed`` with a signature besides.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from bench.content import source
from bench.database import installation, store
from bench.measure import clock, cpu_seconds, difference, durability, memory, report
from bench.running import Sink, ready, wait, workers
from pauta.campaigns import actions as campaigns
from pauta.channels.email.signing import make_key, use_key
from pauta.content.actions import publish
from pauta.messages import actions as messages
from pauta.people.measuring import Measures
from pauta.platform.database import connect
from pauta.team.roles import caller

PORT = 21_025
BENCH = caller("bench", "admin")


def launches(n: int) -> None:
    """Launch to a hundredth of ``n`` contacts, to a tenth and to ``n``, each in an installation of its own."""
    for contacts in (n // 100, n // 10, n):
        launch(contacts)


def launch(n: int) -> None:
    """Launch a campaign to ``n`` contacts while the stop switch stands, so that nothing but planning is measured."""
    now = datetime.now(UTC)
    with installation() as (data_dir, url):
        store(url, n, now)
        campaign_id = campaign(url, now)
        with memory(own=False) as seen, workers(url, data_dir), connect(url, autocommit=True) as connection:
            ready()
            spent = cpu_seconds()
            begun = clock()
            with connect(url) as door:
                campaigns.launch(door, now, campaign_id, BENCH)
            wait(connection, f"SELECT state = 'launched' FROM campaign WHERE id = {campaign_id}", pause=0.005)
            seconds = clock() - begun
            used = difference(cpu_seconds(), spent)
            verdicts = connection.execute(
                "SELECT verdict, count(*) FROM message WHERE proposal_id <> 1000000 GROUP BY 1 ORDER BY 1"
            ).fetchall()
            counts = [count for _, count in verdicts]
            report(
                "launch",
                n,
                seconds,
                seen,
                each_us=round(seconds / n * 1e6, 1),
                cpu_seconds=used,
                verdicts=counts,
                **durability(connection),
            )


def deliver(n: int) -> None:
    """Deliver ``n`` mails that are due, from the first claim to the last mail counted by the mail server.

    Opens and clicks are not measured.
    """
    _deliver("deliver", n, Measures.nothing)


def deliver_measured(n: int) -> None:
    """The same, with 16 links that tell when they are followed, and an image that tells when the mail is opened."""
    _deliver("deliver.measured", n, Measures.bulk)


def deliver_signed(n: int) -> None:
    """The same as measured, each mail signed (DKIM, RSA with 2048 bits)."""
    _deliver("deliver.signed", n, Measures.bulk, signed=True)


def _deliver(name: str, n: int, measures: Measures, *, signed: bool = False) -> None:
    now = datetime.now(UTC)
    sink = Sink(PORT)
    try:
        with installation() as (data_dir, url):
            store(url, n, now, policies=False)
            campaign_id = campaign(url, now)
            with connect(url) as connection:
                connection.execute("UPDATE company SET measures = %s", (measures,))
                if signed:
                    use_key(connection, make_key(connection, "bench.example", "", now), now)
            settings = {"smtp_url": f"smtp://127.0.0.1:{PORT}", "web_url": "https://bench.example"}
            with (
                memory(own=False) as seen,
                workers(url, data_dir, **settings),
                connect(url, autocommit=True) as connection,
            ):
                connection.execute("DELETE FROM message")
                with connect(url) as door:
                    campaigns.launch(door, now, campaign_id, BENCH)
                wait(connection, f"SELECT state = 'launched' FROM campaign WHERE id = {campaign_id}")
                (due,) = connection.execute(
                    "SELECT count(*) FROM message WHERE state = 1 AND due <= %s", (datetime.now(UTC),)
                ).fetchone() or (0,)
                ready()
                spent = cpu_seconds()
                begun = clock()
                with connect(url) as door:
                    messages.lift(door, None, "bench", now)
                while sink.mails < due:
                    time.sleep(0.005)
                seconds = clock() - begun
                wait(connection, f"SELECT count(*) = {due} FROM message WHERE state = 3")
                settled = clock() - begun
                used = difference(cpu_seconds(), spent)
                report(
                    name,
                    due,
                    seconds,
                    seen,
                    cpu_seconds=used,
                    counted=sink.mails,
                    settled=round(settled, 3),
                    **durability(connection),
                )
    finally:
        sink.close()


def campaign(url: str, now: datetime, *, stopped: bool = True) -> int:
    """A campaign to everybody; ``stopped``: the stop switch set."""
    with connect(url) as connection:
        publish(connection, "month", {"en": source()}, "bench", now)
        if stopped:
            messages.stop(connection, None, "benchmark", "bench", now)
        fields = {"type": "promotional", "topic": "offers", "team": "marketing", "channels": ["email", "sms"]}
        draft = campaigns.read_draft({"name": "month", "template": "month", "audience": {"everyone": True}, **fields})
        return campaigns.create(connection, now, draft, "bench")
