"""What mail servers and programs are known to write where they use no form: in English, Spanish and Portuguese."""

from __future__ import annotations

import re
from typing import Final


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


BOUNCED: Final = _any(
    r"undeliver",
    r"delivery (status|failure|has failed|incomplete)",
    r"delivery .{0,20}(delayed|failed)",
    r"failure notice",
    r"returned mail",
    r"mail (delivery|system) (failed|error)",
    r"could not (be delivered|deliver)",
    r"message (not|wasn't) delivered",
    r"message \S+ delayed",
    r"delayed mail",
    r"warning: could not send",
    r"n[aã]o (foi )?(entregue|p[oô]de ser entregue)",
    r"falha (na|de) entrega",
    r"devolvid",
    r"no (se pudo|se ha podido) entregar",
    r"no entregad",
    r"error de entrega",
    r"mensaje devuelto",
)
"""Subjects of bounces."""

AUTOMATIC: Final = _any(
    r"^\s*out of (the )?office",
    r"^\s*auto(matic)?[ -]?(reply|response)",
    r"^\s*(on vacation|away from)",
    r"^\s*(resposta autom[aá]tica|fora do escrit[oó]rio|aus[eê]ncia|estou de f[eé]rias)",
    r"^\s*(respuesta autom[aá]tica|fuera de la oficina|de vacaciones)",
)
"""Subjects of answers by machines."""

POLICY: Final = _any(
    r"spam",
    r"black ?list|block(ed|list)|lista negra|banned",
    r"barracuda|reputation",
    r"dmarc|\bspf\b|dkim",
    r"unsolicited|message content",
    r"rejected for policy|policy (reasons|violation|restriction)|pol[ií]tica",
    r"not authorized to send|access denied",
)
"""The server takes no mail from us, or not this one: nothing is wrong with the address."""

NOT_NOW: Final = _any(
    r"mailbox (is )?full|buz[oó]n (est[aá] )?lleno|caixa (postal )?(est[aá] )?cheia",
    r"over ?quota|quota (is )?exceeded|exceed(s|ed)? .{0,20}quota",
    r"mailbox .{0,30}(size|storage) limit|insufficient (system )?storage",
    r"message (size|too large|exceeds)",
    r"too many (messages|connections|recipients)|rate limit",
    r"try again|temporar|deferred|gr[ea]y-?list",
    r"connection (timed out|refused)|timed? ?out|retry time(out)? (not reached|exceeded)",
)
"""A full mailbox, a mail too large, a server that is busy or away."""

GONE: Final = _any(
    r"user unknown|unknown (user|recipient|address|local part)",
    r"no such (user|recipient|mailbox|address|person)|no mailbox here",
    r"(user|recipient|account|address|mailbox|alias) .{0,60}(does not|doesn't|doesnt|not) exist",
    r"(user|mailbox|recipient|account|address) (was )?not found|invalid (recipient|mailbox|user)",
    r"unrouteable address|not listed in",
    r"(account|mailbox|user) (has been |is )?(disabled|deactivated|inactive|closed|suspended)",
    r"no longer (accepts mail|valid|active|available|works? (here|with))",
    r"not a (valid|known) (user|mailbox)|isn't a valid",
    r"recipient (address )?rejected: (user|undeliverable|address)",
    r"(does not|doesn't) have an? .{0,20}account",
    r"host or domain name not found|(domain|host) .{0,40}(does not|doesn't|not) (exist|found)",
    r"null ?mx|all relevant mx records point to non-existent",
    r"usu[aá]rio (desconhecido|inexistente)|destinat[aá]rio (desconhecido|inexistente)",
    r"usuario (desconocido|no existe)|(buz[oó]n|direcci[oó]n|cuenta|endere[cç]o|conta) .{0,30}(no|n[aã]o) existe",
)
"""The address is wrong, or is one no more."""
