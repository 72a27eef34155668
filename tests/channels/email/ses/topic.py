"""An Amazon SNS topic for tests, with a key and a certificate of its own, signing as the guide of SNS says."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

ARN = "arn:aws:sns:eu-west-1:123456789012:pauta"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
SUBSCRIBE_URL = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37fb687f5d51e6e2425e"


@cache
def key(which: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(which: int = 0) -> bytes:
    """The certificate of a key, as SNS serves it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key(which).public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365))
        .sign(key(which), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def notification(
    message: object,
    number: int = 1,
    *,
    at: datetime,
    kind: str = "Notification",
    version: str = "2",
    which: int = 0,
    subject: str = "Amazon SES Email Event Notification",
    **changed: str,
) -> dict[str, str]:
    """A signed notification. ``changed`` says other things before it is signed."""
    said: dict[str, str] = {
        "Type": kind,
        "MessageId": f"22b80b92-fdea-4c2c-8f9d-{number:012d}",
        "TopicArn": ARN,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **({"Subject": subject} if subject and kind == "Notification" else {}),
        **({"SubscribeURL": SUBSCRIBE_URL, "Token": "2336412f37fb687f5d51e6e2425e"} if kind != "Notification" else {}),
        **changed,
    }
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    return {**said, "Signature": b64encode(key(which).sign(_text(said), padding.PKCS1v15(), digest)).decode()}


def _text(said: dict[str, str]) -> bytes:
    """Written out here on its own, as the guide has it: names in the order of the alphabet, some of them by type."""
    wanted = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    lines = [line for name in wanted if name in said for line in (name, said[name])]
    return ("\n".join(lines) + "\n").encode()


def event(kind: str, token: str, detail: dict[str, Any], to: str = "ana@acme.example") -> dict[str, Any]:
    """An event record as SES publishes it through a configuration set."""
    where = {"Delivery": "delivery", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    return {
        "eventType": kind,
        where: detail,
        "mail": {
            "timestamp": "2026-11-23T12:00:00.000Z",
            "source": "Sur <hello@sur.example>",
            "sendingAccountId": "123456789012",
            "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            "destination": [to],
            "headersTruncated": False,
            "headers": [{"name": "From", "value": "Sur <hello@sur.example>"}],
            "commonHeaders": {"from": ["Sur <hello@sur.example>"], "to": [to], "subject": "Hello"},
            "tags": {"ses:configuration-set": ["marketing"], "pauta": [token]},
        },
    }


def bounce(
    token: str,
    sort: str = "Permanent",
    below: str = "General",
    status: str = "5.1.1",
    text: str = "smtp; 550 5.1.1 user unknown",
    to: str = "ana@acme.example",
) -> dict[str, Any]:
    detail = {
        "bounceType": sort,
        "bounceSubType": below,
        "bouncedRecipients": [{"emailAddress": to, "action": "failed", "status": status, "diagnosticCode": text}],
        "timestamp": "2026-11-23T12:00:41.669Z",
        "feedbackId": f"01000157c44f053b-{sort}-{below}-000000",
        "reportingMTA": "dsn; mta.example.com",
    }
    return event("Bounce", token, detail, to)


def complaint(token: str, sort: str = "abuse", to: str = "ana@acme.example") -> dict[str, Any]:
    detail = {
        "complainedRecipients": [{"emailAddress": to}],
        "timestamp": "2026-11-23T12:00:41.669Z",
        "feedbackId": "01000157c44f053b-complaint-000000",
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": sort,
    }
    return event("Complaint", token, detail, to)
