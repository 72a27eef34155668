"""Runs ``up`` with stand-ins for the web server and the workers: ``python -m tests.commands.installation FOLDER PORT``.

Each stand-in writes a line to FOLDER/story when it starts and when it is asked to stop.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pauta.commands.up import up
from pauta.core.problems import Problem
from pauta.platform.settings import Settings
from pauta.platform.supervisor import Child, program
from pauta.platform.words import say

STAND_IN = """
import os, signal, socket, sys
story, name, port = sys.argv[1:]
def tell(what):
    with open(story, "a") as file:
        file.write(f"{name} {what}\\n")
def stop(*_):
    tell("stops")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
listening = socket.create_server(("127.0.0.1", int(port))) if port != "0" else None
tell("starts")
while True:
    signal.pause()
"""


def children(settings: Settings) -> list[Child]:
    """The stand-ins; they are stopped in the order worker, web, catcher."""

    def stand_in(name: str, stage: int, port: int) -> Child:
        story = str(settings.data_dir / "story")
        command = [sys.executable, "-c", STAND_IN, story, name, str(port)]
        return Child(name, stage, program(command, settings.environment()))

    return [
        stand_in("catcher", 2, settings.catcher_smtp_port),
        stand_in("web", 1, settings.web_port),
        stand_in("worker", 0, 0),
    ]


if __name__ == "__main__":
    port = int(sys.argv[2])
    try:
        up(Settings(data_dir=Path(sys.argv[1]), web_port=port, catcher_smtp_port=port + 1), children)
    except Problem as problem:
        sys.exit(say(problem, "en"))
