"""Notifications of Amazon SNS: what proves that they come from a topic of ours, and when they are too old.

Source: "Verifying the signatures of Amazon SNS messages" in the developer guide of Amazon SNS.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from http.client import HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import Certificate, load_pem_x509_certificate

from pauta.channels.reports import NotBelieved

WINDOW = timedelta(hours=24)
"""How old a notification may be: SNS tries for hours. What comes twice within it is known by its id."""
AHEAD = timedelta(minutes=5)
"""How far the clock of SNS may be ahead of ours."""

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z]+\.pem")
_SECONDS = 5.0
_MOST = 100_000
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""What a signature covers, in its order; a Subject only where there is one."""
_DIGESTS: dict[str, Callable[[], hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}

Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification that was proved to come from a topic of ours. ``at`` is UTC."""

    kind: str
    id: str
    topic: str
    message: str
    at: datetime
    subscribe_url: str


def fetch(url: str) -> bytes:
    """What stands at an address of SNS. OSError when it cannot be had; NotBelieved for any other address."""
    _require(_is_sns(url))
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.hostname or "", timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(f"{parts.hostname} answered {response.status}")
        return response.read(_MOST)
    except HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def believed(raw: bytes, topics: Collection[str], now: datetime, fetched: Fetch) -> Notification:
    """The notification in a request's body. NotBelieved for what is forged, altered, of another topic, or too old.

    ``fetched`` gives what stands at an address: the certificate of SNS. OSError when that cannot be had now.
    """
    said = _object(raw)
    kind, version = said.get("Type", ""), said.get("SignatureVersion", "")
    _require(said.get("TopicArn") in topics and kind in _SIGNED and version in _DIGESTS)
    url = said.get("SigningCertURL", "")
    _require(_is_sns(url) and bool(_CERTIFICATE.fullmatch(urlsplit(url).path)))
    try:
        signature = b64decode(said.get("Signature", ""), validate=True)
        key = _key(fetched(url), now)
        key.verify(signature, canonical(said), padding.PKCS1v15(), _DIGESTS[version]())
        at = datetime.fromisoformat(said["Timestamp"])
    except (InvalidSignature, NotBase64, ValueError) as error:
        raise NotBelieved from error
    _require(at.tzinfo is not None and now - WINDOW <= at <= now + AHEAD)
    return Notification(kind, said["MessageId"], said["TopicArn"], said["Message"], at, said.get("SubscribeURL", ""))


def canonical(said: dict[str, str]) -> bytes:
    """What the signature is over: each name and value on a line of its own."""
    named = [name for name in _SIGNED[said["Type"]] if name != "Subject" or said.get(name)]
    _require(all(name in said for name in named))
    return "".join(f"{name}\n{said[name]}\n" for name in named).encode()


def _is_sns(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.port in (None, 443) and bool(_HOST.fullmatch(parts.netloc.lower()))
    except ValueError:
        return False


def _require(good: bool) -> None:
    if not good:
        raise NotBelieved


def _object(raw: bytes) -> dict[str, str]:
    try:
        said: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotBelieved from error
    _require(isinstance(said, dict))
    return {name: value for name, value in said.items() if isinstance(value, str)}


def _key(certificate: bytes, now: datetime) -> rsa.RSAPublicKey:
    found = _read(certificate)
    key = found.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    _require(found.not_valid_before_utc - AHEAD <= now <= found.not_valid_after_utc)
    return key


@lru_cache(maxsize=16)
def _read(certificate: bytes) -> Certificate:
    return load_pem_x509_certificate(certificate)


class Certificates:
    """Certificates of SNS by their address, fetched once: an address stands for one certificate for ever."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def __call__(self, url: str) -> bytes:
        """The certificate at an address of SNS; OSError when it cannot be had, or something else stands there now."""
        if url not in self._known:
            found = fetch(url)
            try:
                _read(found)
            except ValueError as error:
                raise OSError(f"no certificate at {url}") from error
            self._known = {**dict(list(self._known.items())[-9:]), url: found}
        return self._known[url]
