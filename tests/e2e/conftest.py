"""A demonstration as `make demo` starts it, and a browser in front of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pauta.platform import clock
from tests.conftest import enterable_folder

_START_SECONDS = 240.0
_PORTS = range(20_000, 32_000)

expect.set_options(timeout=20_000)

SignIn = Callable[..., Page]
"""``sign_in("marketer")``: a page of somebody with that role, in their own language, on the calendar."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's Chromium where there is one, else Playwright's; root may not use the sandbox."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "args": sandbox, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of a demonstration whose first launches are through; gone after the tests."""
    with enterable_folder() as folder:
        port, mail_port = (_free_port() for _ in range(2))
        settings = {
            "PAUTA_DATA_DIR": str(folder / "pauta"),
            "PAUTA_WEB_PORT": str(port),
            "PAUTA_CATCHER_SMTP_PORT": str(mail_port),
            "PAUTA_WORKERS": "1",
            "PAUTA_GRACE_SECONDS": "0",
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
                yield f"http://127.0.0.1:{port}"
            finally:
                demo.send_signal(signal.SIGTERM)
                demo.wait(60)


@pytest.fixture
def sign_in(site: str, browser: Browser) -> Iterator[SignIn]:
    """Opens a browser for somebody, in a language; a mistake in the page's scripts fails the test."""
    opened: list[BrowserContext] = []
    mistakes: list[str] = []

    def enter(role: str, language: str = "en-US", **view: Any) -> Page:
        context = browser.new_context(base_url=site, locale=language, **view)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if _is_refused_by_policy(said.text) else None)
        page.goto("/sign-in")
        account = next(one for one in httpx.get(f"{site}/api/v1/session/demo").json() if one["role"] == role)
        page.get_by_role("button", name=account["name"]).click()
        page.wait_for_url(f"{site}/")
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
