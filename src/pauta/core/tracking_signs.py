"""Who reads a mail, a person or a program: told from signs that are weighed. Pure: hits in, judgements out.

Mail programs fetch pictures before anybody looks, scanners follow every link. No single list tells them all, so each
hit gets the signs that speak for a program, with weights; from ``ENOUGH`` on it counts as one. Nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


class What(IntEnum):
    """What was asked for: the picture, a link, or the link that nobody can see."""

    OPEN = 0
    CLICK = 1
    TRAP = 2


class Sign(StrEnum):
    """What speaks for a program, or against one (``returned``)."""

    head = "head"
    no_agent = "no_agent"
    crawler = "crawler"
    prefetch = "prefetch"
    proxy = "proxy"
    network = "network"
    early = "early"
    early_open = "early_open"
    burst = "burst"
    all_links = "all_links"
    trap = "trap"
    crowd = "crowd"
    no_open = "no_open"
    returned = "returned"


ENOUGH = 10
WEIGHTS = {
    Sign.head: 10,
    Sign.no_agent: 10,
    Sign.crawler: 10,
    Sign.prefetch: 10,
    Sign.proxy: 3,
    Sign.network: 10,
    Sign.early: 10,
    Sign.early_open: 7,
    Sign.burst: 10,
    Sign.all_links: 6,
    Sign.trap: 10,
    Sign.crowd: 7,
    Sign.no_open: 3,
    Sign.returned: -5,
}
"""How much each sign weighs."""

EARLY_SECONDS = 10.0
"""So soon after the server took the mail nobody has read it."""
BURST_SECONDS = 2.0
"""Nobody follows two different links within this time."""
TRAP_SECONDS = 10.0
"""Around the fall into the trap everything is the same program's."""
RETURN_SECONDS = 60.0
"""Who comes so much later than a program, from elsewhere with another program, is a person."""
CROWD_SECONDS, CROWD = 60.0, 5
"""So many recipients of one domain do not follow links from one network address within this time."""
FEW_LINKS = 3
"""With fewer links than these, a person may well follow all of them."""

PREFETCH_AGENTS = ("Mozilla/5.0",)
"""Whole agents of mail programs that fetch pictures unasked: Apple's Mail Privacy Protection says this and no more."""
PROXY_AGENTS = ("GoogleImageProxy", "YahooMailProxy")
"""Found in agents of mailbox providers that fetch a picture when the reader, or their machine, asks for it."""

_NETWORKS = {
    "Apple": ("17.0.0.0/8", "2620:149::/32", "2a01:b740::/32"),
    "Proofpoint": ("67.231.144.0/20", "148.163.128.0/19", "185.132.180.0/22", "208.84.64.0/22", "208.86.200.0/22"),
    "Mimecast": ("91.220.42.0/24", "146.101.78.0/24", "170.10.128.0/21", "205.139.110.0/24", "207.211.30.0/24"),
    "Barracuda": ("64.235.144.0/20", "209.222.80.0/21"),
    "Microsoft Exchange Online": ("40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17"),
}
"""Networks from which programs read mail and people do not."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture or link that was asked for. ``at`` in seconds; ``crawler`` and ``crowd`` are told by the caller."""

    what: What
    at: float
    target: str = ""
    links: int = 0
    ip: str = ""
    agent: str = ""
    head: bool = False
    crawler: bool = False
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a program made a hit, and the signs of it."""

    machine: bool
    signs: tuple[Sign, ...]


def judge(hits: Sequence[Hit], delivered: float | None) -> list[Judgement]:
    """A judgement of each hit on one message, which the server took at ``delivered`` (seconds, None: unknown)."""
    signs = [_own_signs(hit, delivered) | _signs_among(hit, hits) for hit in hits]
    certain = [hit for hit, found in zip(hits, signs, strict=True) if _weight(found) >= ENOUGH]
    for hit, found in zip(hits, signs, strict=True):
        if Sign.no_open in found or Sign.crowd in found or Sign.all_links in found:
            found |= {Sign.returned} if _comes_back(hit, certain) else set()
    return [Judgement(_weight(found) >= ENOUGH, tuple(sorted(found))) for found in signs]


def _weight(signs: set[Sign]) -> int:
    return sum(WEIGHTS[sign] for sign in signs)


def _own_signs(hit: Hit, delivered: float | None) -> set[Sign]:
    """What a hit shows by itself."""
    proxy = any(name in hit.agent for name in PROXY_AGENTS)
    early = delivered is not None and hit.at <= delivered + EARLY_SECONDS
    found = {
        Sign.head: hit.head,
        Sign.no_agent: not hit.agent.strip(),
        Sign.prefetch: hit.agent.strip() in PREFETCH_AGENTS,
        Sign.proxy: proxy,
        Sign.crawler: hit.crawler and not proxy,
        Sign.network: _known_network(hit.ip),
        Sign.early: early and hit.what is not What.OPEN,
        Sign.early_open: early and hit.what is What.OPEN,
        Sign.crowd: hit.crowd,
        Sign.trap: hit.what is What.TRAP,
    }
    return {sign for sign, shown in found.items() if shown}


def _signs_among(hit: Hit, hits: Sequence[Hit]) -> set[Sign]:
    """What the other hits on the message show of this one."""
    traps = [one for one in hits if one.what is What.TRAP]
    found = {Sign.trap} if any(_same_burst(hit, one) for one in traps) else set()
    if hit.what is not What.CLICK:
        return found
    clicks = [one for one in hits if one.what is What.CLICK]
    if any(one.target != hit.target and abs(one.at - hit.at) <= BURST_SECONDS for one in clicks):
        found.add(Sign.burst)
    targets = {one.target for one in clicks if (one.ip, one.agent) == (hit.ip, hit.agent)}
    if len(targets) >= max(FEW_LINKS, hit.links):
        found.add(Sign.all_links)
    if not any(one.what is What.OPEN and one.at <= hit.at for one in hits):
        found.add(Sign.no_open)
    return found


def _same_burst(hit: Hit, trap: Hit) -> bool:
    return abs(hit.at - trap.at) <= TRAP_SECONDS or (bool(hit.ip) and (hit.ip, hit.agent) == (trap.ip, trap.agent))


def _comes_back(hit: Hit, certain: Sequence[Hit]) -> bool:
    """Whether programs were here before, and this is somebody else, later."""
    before = [one for one in certain if one.at < hit.at]
    apart = all(hit.at - one.at >= RETURN_SECONDS and (one.ip != hit.ip) and (one.agent != hit.agent) for one in before)
    return bool(before) and apart


@lru_cache(maxsize=1)
def _networks() -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(written) for several in _NETWORKS.values() for written in several)


@lru_cache(maxsize=4096)
def _known_network(written: str) -> bool:
    try:
        address = ip_address(written)
    except ValueError:
        return False
    return any(address in network for network in _networks())


def crowds(clicks: Sequence[tuple[int, str, str, int, float]]) -> set[int]:
    """Which clicks (id, network address, recipient's domain, contact, seconds) are those of a crowd.

    That is: from one address, for ``CROWD`` recipients of one domain or more, within ``CROWD_SECONDS``.
    """
    groups: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for number, ip, domain, contact, at in clicks:
        if ip and domain:
            groups.setdefault((ip, domain), []).append((at, contact, number))
    found: set[int] = set()
    for group in groups.values():
        group.sort()
        first = 0
        for last in range(len(group)):
            while group[last][0] - group[first][0] > CROWD_SECONDS:
                first += 1
            together = group[first : last + 1]
            if len({contact for _, contact, _ in together}) >= CROWD:
                found.update(number for *_, number in together)
    return found
