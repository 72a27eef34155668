"""A mail is opened and a link followed: seen on the campaign's page and on the contact's. Against a demonstration."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from pauta.channels.email.caught import list_mails, read_mail, store_folder
from tests.e2e.conftest import SignIn, Site

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def read_one(site: Site) -> str:
    """Open one of the mails that were caught, as a mail program of a person does; to whom it went."""
    store = store_folder(site.data_dir)
    for mail in list_mails(store, 50, ""):
        opened = read_mail(store, mail.id)
        found = re.search(r"/o/[0-9a-f]+\.gif", opened.html if opened and opened.html else "")
        if opened and opened.html and found:
            site.clock.jump(site.clock.now + timedelta(minutes=5))
            assert httpx.get(site.url + found[0], headers=PERSON).status_code == 200
            link = re.search(r'"[^"]*(/l/[0-9a-f.]+\?to=[^"]+)"', opened.html)
            if link:
                answer = httpx.get(site.url + unescape(link[1]), headers=PERSON)
                assert answer.status_code == 302
            return mail.recipient
    raise AssertionError("no mail that is measured was caught")


@pytest.mark.long
def test_a_mail_that_is_opened_is_seen_on_both_pages(site: Site, sign_in: SignIn) -> None:
    reader = read_one(site)
    page = sign_in("marketer")
    page.wait_for_timeout(1_500)
    campaigns = page.request.get("/api/v1/campaigns").json()
    read = []
    for one in campaigns:
        told = page.request.get(f"/api/v1/campaigns/{quote(one['name'], safe='')}/figures").json()["figures"]
        read += [one["name"]] if next(f["messages"] for f in told if f["figure"] == "opened") else []
    assert len(read) == 1
    page.goto(f"/campaigns/{quote(read[0], safe='')}")
    figure = page.get_by_role("button", name=re.compile("^Quem: 1, abertos por pessoas"))
    expect(figure).to_be_visible()
    figure.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link")).to_have_count(1)
    dialog.get_by_role("link").click()
    expect(page.get_by_text(reader).first).to_be_visible()
    expect(page.get_by_text("o contato abriu o e-mail")).to_be_visible()
