"""A mail server as others run it, for a test: postfix, where opendkim verifies mails, and which passes them on."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.channels.email.peers import free_port

POSTFIX = shutil.which("postfix", path="/usr/sbin:/sbin:/usr/local/sbin")
OPENDKIM = shutil.which("opendkim", path="/usr/sbin:/sbin:/usr/local/sbin")
NAMESERVER = ("127.0.0.9", 53)
"""Where opendkim asks for keys; only root may listen there."""
AVAILABLE = bool(POSTFIX and OPENDKIM) and os.geteuid() == 0

_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.test
mydestination =
alias_maps =
relayhost = [127.0.0.1]:{onward}
smtp_dns_support_level = disabled
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_milters = inet:127.0.0.1:{milter}
milter_default_action = tempfail
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"""
_MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_FILTER = """Mode v
Socket inet:{milter}@127.0.0.1
Nameservers {nameserver}
AuthservID mta.test
AlwaysAddARHeader yes
Syslog no
UserID nobody
"""


@contextmanager
def verifying_mta(folder: Path, onward: int) -> Iterator[int]:
    """The port of such a server; ``folder`` must be one that every user can enter."""
    port, milter = free_port(), free_port()
    values = {"folder": folder, "onward": onward, "port": port, "milter": milter, "nameserver": NAMESERVER[0]}
    owner = pwd.getpwnam("postfix")
    for name in ("queue", "data"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    for name, text in (("main.cf", _MAIN), ("master.cf", _MASTER), ("opendkim.conf", _FILTER)):
        (folder / name).write_text(text.format(**values))
    verifying = subprocess.Popen([str(OPENDKIM), "-f", "-x", str(folder / "opendkim.conf")])
    postfix = [str(POSTFIX), "-c", str(folder)]
    try:
        subprocess.run([*postfix, "start"], check=True, capture_output=True)
        yield port
    finally:
        with suppress(subprocess.CalledProcessError):
            subprocess.run([*postfix, "stop"], check=True, capture_output=True)
        verifying.terminate()
        verifying.wait()
        time.sleep(0.1)
