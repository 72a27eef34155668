"""Signatures equal those that AWS publishes: its test suite (service "service"), the example of its guide (IAM)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pauta.channels.email.ses.signature import Scope, authorization, stamp

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE = Scope("AKIDEXAMPLE", SECRET, "us-east-1", "service")
HEADERS = {"Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z"}


def signature(value: str) -> str:
    return value.rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "query", "headers", "body", "known"),
    [
        ("GET", "", HEADERS, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", HEADERS, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "POST",
            "",
            {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"},
            b"Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "GET",
            "Param1=value1&Param2=value2",
            HEADERS,
            b"",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "post-x-www-form-urlencoded", "get-vanilla-query-order-key-case"],
)
def test_signatures_of_the_suite_of_aws(
    method: str, query: str, headers: dict[str, str], body: bytes, known: str
) -> None:
    assert signature(authorization(SUITE, method, "/", query, headers, body, AT)) == known


def test_the_example_of_the_user_guide() -> None:
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "host": "iam.amazonaws.com",
        "x-amz-date": stamp(AT),
    }
    scope = Scope("AKIDEXAMPLE", SECRET, "us-east-1", "iam")
    assert authorization(scope, "GET", "/", "Action=ListUsers&Version=2010-05-08", headers, b"", AT) == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
