"""长辈版 by address: what is asked for in it leads on in it, as far as the mailbox."""

import re

import pytest

from admin.web.large import kept_large

LEADS_ON = re.compile(r'(?:href|action)="((?:/en)?/(?:tip|mailbox)/[^"]*)"')


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/tip/", "/tip/?view=elder"),
        ("/tip/?page=young", "/tip/?page=young&view=elder"),
        ("/tip/?official=yes#official", "/tip/?official=yes&view=elder#official"),
        ("#form", "?view=elder#form"),
    ],
)
def test_an_address_leads_on_where_the_page_is_large(app, address, kept):
    with app.test_request_context("/tip/?view=elder"):
        assert kept_large(address) == kept
    for other in ("/tip/", "/tip/?view=else"):
        with app.test_request_context(other):
            assert kept_large(address) == address


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", ["/tip/", "/tip/practice/", "/mailbox/"])
def test_a_page_asked_for_large_is_large_and_leads_on_to_large_ones(client, prefix, page):
    normal = client.get(f"{prefix}{page}").text
    assert 'class="elder"' not in normal
    assert "view=elder" not in normal

    large = client.get(f"{prefix}{page}?view=elder").text
    assert 'id="large"' in large
    assert 'class="elder">' in large
    words = large.split('<main id="main"')[1].split("<footer")[0]
    found = LEADS_ON.findall(words)
    assert found
    assert [one for one in found if "view=elder" not in one] == []


def test_practice_stays_large_up_to_its_end(client):
    sent = client.post("/tip/practice/sent?view=elder", data={"category": "A3"})
    assert sent.status_code == 422
    assert 'class="elder">' in sent.text
    assert 'action="/tip/practice/sent?view=elder"' in sent.text


@pytest.mark.parametrize("address", ["/tip/sent", "/tip/practice/sent", "/mailbox/words"])
def test_who_comes_back_by_address_comes_back_to_a_large_page(client, address):
    assert client.get(f"{address}?view=elder").location.endswith("/?view=elder")
    assert "view" not in client.get(address).location
