"""A demonstration as `make demo` starts it, and a browser in front of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pauta.channels.email.caught import list_mails, store_folder
from pauta.platform import clock
from tests.conftest import enterable_folder

_START_SECONDS = 240.0
_PORTS = range(20_000, 32_000)
_TICK_SECONDS = 0.1

TUESDAY = datetime(2026, 11, 24, 13, tzinfo=UTC)
"""When the demonstration begins: a working day in São Paulo, at ten, whenever and wherever the tests run."""

expect.set_options(timeout=20_000)

SignIn = Callable[..., Page]
"""``sign_in("marketer")``: a page of somebody with that role or name, in their own language, on the calendar."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's Chromium where there is one, else Playwright's; root may not use the sandbox."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "args": sandbox, **({"executable_path": found} if found else {})}


class RunningClock:
    """A simulated clock that runs like the machine's, from its own beginning, and can be put forward."""

    def __init__(self, file: Path, at: datetime) -> None:
        self.file = file
        self._lead = at.timestamp() - clock.monotonic()
        clock.start_simulation(file, at)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def now(self) -> datetime:
        """The simulated time in UTC."""
        return datetime.fromtimestamp(self._lead + clock.monotonic(), UTC)

    def jump(self, to: datetime) -> None:
        """Put the clock forward."""
        with self._lock:
            self._lead = to.timestamp() - clock.monotonic()
            clock.advance(self.file, to)

    def end(self) -> None:
        """Let it run no more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(_TICK_SECONDS):
            with self._lock:
                clock.advance(self.file, self.now)


@dataclass(frozen=True)
class Site:
    """A demonstration that runs: web, worker, mail catcher and PostgreSQL, under one clock."""

    url: str
    clock: RunningClock
    data_dir: Path

    def mails(self, subject: str) -> list[str]:
        """Who got a mail with this in its subject, by the catcher, which mail servers cannot tell from another."""
        return [one.recipient for one in list_mails(store_folder(self.data_dir), 100_000, subject.lower())]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A demonstration whose first launches are through; gone after the tests of the file."""
    with _demo() as started:
        yield started


@contextmanager
def _demo() -> Iterator[Site]:
    with enterable_folder() as folder:
        port, mail_port = (_free_port() for _ in range(2))
        ticking = RunningClock(folder / "clock", TUESDAY)
        settings = {
            "PAUTA_DATA_DIR": str(folder / "pauta"),
            "PAUTA_WEB_PORT": str(port),
            "PAUTA_CATCHER_SMTP_PORT": str(mail_port),
            "PAUTA_WORKERS": "1",
            "PAUTA_CLOCK_FILE": str(ticking.file),
        }
        with (folder / "log").open("w+") as log:
            demo = subprocess.Popen(
                [Path(sys.executable).with_name("pauta"), "demo"],
                env={**os.environ, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                if not _is_ready(demo, f"http://127.0.0.1:{port}"):
                    pytest.fail(
                        "the demonstration did not start: " + (folder / "log").read_text(encoding="utf-8")[-2000:]
                    )
                yield Site(f"http://127.0.0.1:{port}", ticking, folder / "pauta")
            finally:
                ticking.end()
                demo.send_signal(signal.SIGTERM)
                demo.wait(60)


@pytest.fixture
def sign_in(site: Site, browser: Browser) -> Iterator[SignIn]:
    """Opens a browser for somebody, in a language; a mistake in the page's scripts fails the test."""
    opened: list[BrowserContext] = []
    mistakes: list[str] = []

    def enter(who: str, language: str = "en-US", **view: Any) -> Page:
        context = browser.new_context(base_url=site.url, locale=language, **view)
        context.clock.install(time=site.clock.now)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if _is_refused_by_policy(said.text) else None)
        page.goto("/sign-in")
        account = next(
            one for one in httpx.get(f"{site.url}/api/v1/session/demo").json() if who in (one["role"], one["name"])
        )
        page.get_by_role("button", name=account["name"]).click()
        page.wait_for_url(f"{site.url}/")
        return page

    yield enter
    for context in opened:
        context.close()
    assert mistakes == []


def _is_refused_by_policy(said: str) -> bool:
    return "Content Security Policy" in said


def _free_port() -> int:
    while True:
        port = random.choice(_PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def _is_ready(demo: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the pages answer and the launches of the demonstration are through; False when that does not come."""
    until = clock.monotonic() + _START_SECONDS
    with httpx.Client(base_url=url, headers={"X-Pauta": "1", "Origin": url}) as asking:
        while clock.monotonic() < until and demo.poll() is None:
            try:
                if _is_through(asking):
                    return True
            except httpx.TransportError:
                pass
            time.sleep(0.5)
    return False


def _is_through(asking: httpx.Client) -> bool:
    if "pauta_session" not in asking.cookies:
        account = next(one for one in asking.get("/api/v1/session/demo").json() if one["role"] == "admin")
        asking.post("/api/v1/session", json={"email": account["email"], "password": account["password"]})
    status = asking.get("/api/v1/status").json()
    return bool(status["launches"] == [] and status["messages"]["planned"] > 0)
