"""An account at Amazon SES as the settings name it: ``ses://KEY:SECRET@REGION/CONFIGURATION-SET``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from pauta.core.problems import Problem

_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_SET = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose mails, from which region, under which configuration set (may be empty), and where the API is."""

    key_id: str
    secret: str
    region: str
    configuration_set: str
    endpoint: str

    @staticmethod
    def of(url: str) -> Account:
        """As the URL of a provider says; ``?endpoint=`` names another address of the API, such as a VPC's.

        A Problem for a URL without a key, a secret, or a region of AWS.
        """
        parts = urlsplit(url)
        region, key_id, secret = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
        chosen = parts.path.strip("/")
        if not (_REGION.fullmatch(region) and key_id and secret and _SET.fullmatch(chosen)):
            raise Problem("email.ses_url_invalid", "ses")
        endpoint = parse_qs(parts.query).get("endpoint", [f"https://email.{region}.amazonaws.com"])[0]
        if urlsplit(endpoint).scheme not in ("https", "http") or not urlsplit(endpoint).hostname:
            raise Problem("email.ses_url_invalid", "ses")
        return Account(key_id, secret, region, chosen, endpoint.rstrip("/"))
