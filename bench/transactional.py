"""``transactional``: from the API to the mail server, while a campaign is launched and its mails leave."""

from __future__ import annotations

import http.client
import json
import threading
import time
from datetime import UTC, datetime

import numpy as np

from bench.database import installation, store
from bench.launch import BENCH, PORT, campaign
from bench.measure import clock, cpu_seconds, difference, durability, memory, report
from bench.people import SEED
from bench.running import WEB_PORT, Sink, ready, wait, workers
from pauta.campaigns import actions as campaigns
from pauta.platform.database import connect
from pauta.team.actions import create_key

PAUSE_SECONDS = 0.2
"""Between two messages, as an application sends receipts."""


def run(n: int) -> None:
    """Launch a campaign to ``n`` contacts, and meanwhile send single messages; how long each took.

    A message's time runs from the request until its answer by the mail server is known.
    """
    now = datetime.now(UTC)
    sink = Sink(PORT)
    try:
        with installation() as (data_dir, url):
            store(url, n, now)
            campaign_id = campaign(url, now, stopped=False)
            with connect(url) as connection:
                key = create_key(connection, now, "bench", "admin")
            settings = {"smtp_url": f"smtp://127.0.0.1:{PORT}", "web_url": "https://bench.example"}
            with (
                memory(own=False) as seen,
                workers(url, data_dir, **settings),
                connect(url, autocommit=True) as connection,
            ):
                asked: dict[int, datetime] = {}
                over = threading.Event()
                _ask_for(
                    http.client.HTTPConnection("127.0.0.1", WEB_PORT), key, 1, "the first, which opens connections"
                )
                wait(connection, "SELECT count(*) = 1 FROM message WHERE lane = 1 AND state = 3")
                ready()
                sender = threading.Thread(target=_send, args=(key, n, asked, over))
                sender.start()
                spent = cpu_seconds()
                begun = clock()
                with connect(url) as door:
                    campaigns.launch(door, now, campaign_id, BENCH)
                wait(connection, f"SELECT state = 'launched' FROM campaign WHERE id = {campaign_id}")
                seconds = clock() - begun
                used = difference(cpu_seconds(), spent)
                over.set()
                sender.join()
                ids = ", ".join(map(str, asked))
                wait(connection, f"SELECT count(*) = {len(asked)} FROM message WHERE id IN ({ids}) AND state = 3")
                ended = connection.execute(f"SELECT message_id, ended_at FROM attempt WHERE message_id IN ({ids})")
                took = [(at - asked[number]).total_seconds() for number, at in ended.fetchall()]
                p50, p99 = np.percentile(took, [50, 99]).round(3).tolist()
                report(
                    "transactional",
                    len(took),
                    seconds,
                    seen,
                    launched=n,
                    p50_s=p50,
                    p99_s=p99,
                    cpu_seconds=used,
                    **durability(connection),
                )
    finally:
        sink.close()


def _send(key: str, n: int, asked: dict[int, datetime], over: threading.Event) -> None:
    """Ask for one message after the other, each to another contact, until told that it is over."""
    dice = np.random.default_rng(SEED)
    connection = http.client.HTTPConnection("127.0.0.1", WEB_PORT)
    while not over.is_set():
        begun = datetime.now(UTC)
        asked[_ask_for(connection, key, int(dice.integers(1, n + 1)), f"receipt {len(asked)}")] = begun
        time.sleep(PAUSE_SECONDS)


def _ask_for(connection: http.client.HTTPConnection, key: str, contact: int, name: str) -> int:
    """Ask for a transactional message to a contact; its id."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": name}
    form = {"type": "transactional", "template": "month", "contact": f"c{contact}"}
    connection.request("POST", "/api/v1/messages", json.dumps(form), headers)
    answer = connection.getresponse()
    taken = json.loads(answer.read())
    if answer.status != http.HTTPStatus.ACCEPTED:
        raise RuntimeError(f"{answer.status}: {taken}")
    return int(taken["id"])
