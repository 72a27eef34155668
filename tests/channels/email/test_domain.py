"""What DNS says of a domain, and what is to be mended."""

from __future__ import annotations

import pytest

from pauta.channels.email.domain import Domain
from pauta.channels.email.signing import Key
from pauta.platform.settings import LANGUAGES
from pauta.platform.words import tell
from tests.channels.email.nameserver import resolver
from tests.conftest import MONDAY

KEY = Key("acme.example", "p1", "A" * 392, MONDAY, MONDAY, None)
SPF = '"v=spf1 mx -all"'
DMARC = '"v=DMARC1; p=reject; rua=mailto:a@acme.example"'
PUBLISHED = f'"{KEY.record[:250]}" "{KEY.record[250:]}"'
TXT = "TXT"


@pytest.mark.parametrize(
    ("records", "key", "found"),
    [
        ({}, None, ["spf_missing", "dkim_missing", "dmarc_missing"]),
        ({("", TXT): ['"other"', SPF], ("_dmarc.", TXT): [DMARC], ("p1._domainkey.", TXT): [PUBLISHED]}, KEY, []),
        ({("", TXT): [SPF, SPF.replace("mx", "a")]}, KEY, ["spf_many", "dkim_differs", "dmarc_missing"]),
        ({("", TXT): ['"v=spf1 mx +all"']}, KEY, ["spf_open", "dkim_differs", "dmarc_missing"]),
        ({("", TXT): ['"v=spf1 all"']}, KEY, ["spf_open", "dkim_differs", "dmarc_missing"]),
        (
            {("", TXT): [SPF], ("_dmarc.", TXT): ['"p=reject"'], ("p1._domainkey.", TXT): ['"v=DKIM1; p=AAAA"']},
            KEY,
            ["dkim_differs", "dmarc_missing"],
        ),
        (
            {
                ("", TXT): ['"v=spf1 include:a.example include:b.example mx -all"'],
                ("_dmarc.", TXT): [DMARC],
                ("p1._domainkey.", TXT): [PUBLISHED],
                ("a.example", TXT): ['"v=spf1 a mx ptr exists:x.example ip4:192.0.2.1 ~all"'],
                ("b.example", TXT): ['"v=spf1 a a:c.example mx mx:d.example -all"'],
            },
            KEY,
            ["spf_long"],
        ),
    ],
)
def test_what_is_to_be_mended_is_found(
    records: dict[tuple[str, str], list[str]], key: Key | None, found: list[str]
) -> None:
    whole = {
        (name if name.endswith("example") else f"{name}acme.example", kind): said
        for (name, kind), said in records.items()
    }
    with resolver(whole) as asking:
        said = list(Domain("acme.example", asking).checked(key))
    assert [one.key for one in said if not one.good] == found
    assert all(tell(f"doctor_mail.{one.key}", lang, **one.values) for one in said for lang in LANGUAGES)


def test_the_policy_of_the_domain_above_counts() -> None:
    with resolver({("_dmarc.acme.example", TXT): [DMARC]}) as asking:
        *_, dmarc = Domain("news.acme.example", asking).checked(None)
    assert (dmarc.key, dmarc.values["policy"]) == ("dmarc", "reject")


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ({}, ["host_unknown"]),
        ({("mx.acme.example", "A"): ["192.0.2.7"]}, ["ptr_missing"]),
        (
            {("mx.acme.example", "A"): ["192.0.2.7"], ("7.2.0.192.in-addr.arpa", "PTR"): ["elsewhere.example."]},
            ["ptr_missing"],
        ),
        (
            {("mx.acme.example", "A"): ["192.0.2.7"], ("7.2.0.192.in-addr.arpa", "PTR"): ["mx.acme.example."]},
            ["ptr"],
        ),
    ],
)
def test_the_servers_name_must_lead_back(records: dict[tuple[str, str], list[str]], found: list[str]) -> None:
    with resolver(records) as asking:
        said = list(Domain("acme.example", asking).server("mx.acme.example"))
    assert [one.key for one in said] == found
    assert all(tell(f"doctor_mail.{one.key}", lang, **one.values) for one in said for lang in LANGUAGES)
