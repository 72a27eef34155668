"""The mail server as the settings describe it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pauta.channels.email.servers import server_from
from pauta.channels.email.session import Security
from pauta.core.problems import Problem
from pauta.platform.settings import Settings


def test_the_catcher_is_the_default() -> None:
    server = server_from(Settings(), Settings().catcher_url)
    assert (server.host, server.port, server.user) == ("127.0.0.1", 2525, "")
    assert (server.connections, server.per_second) == (4, 0.0)
    assert server.greeting_name


@pytest.mark.parametrize(
    ("url", "starttls", "security", "port", "verify"),
    [
        ("smtp://mail.example", "required", Security.STARTTLS, 25, True),
        ("smtp://mail.example:587", "allowed", Security.IF_OFFERED, 587, False),
        ("smtp://mail.example", "never", Security.NONE, 25, True),
        ("smtps://mail.example", "never", Security.TLS, 465, True),
    ],
)
def test_how_it_is_encrypted(url: str, starttls: str, security: Security, port: int, verify: bool) -> None:
    server = server_from(replace(Settings(), smtp_starttls=starttls), url)
    assert (server.security, server.port, server.verify) == (security, port, verify)


def test_the_password_may_hold_any_letter() -> None:
    server = server_from(Settings(), "smtps://pauta%40ours.example:p%2F%40%3Aw@mail.example")
    assert (server.user, server.password, server.host) == ("pauta@ours.example", "p/@:w", "mail.example")


def test_a_password_in_the_clear_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        server_from(replace(Settings(), smtp_starttls="never"), "smtp://a:b@mail.example")
    assert (caught.value.code, caught.value.field) == ("smtp.password_unencrypted", "smtp_starttls")


def test_every_process_has_its_share_of_the_rate_and_answers_in_time() -> None:
    server = server_from(replace(Settings(), smtp_rate=90, workers=2, send_seconds=7), Settings().catcher_url)
    assert server.per_second == 30.0
    assert (server.connect_timeout, server.answer_timeout) == (7, 7)
