"""Through the gate in Chromium: to another site and back, with the cookies that a browser sends."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.live import start_server
from tests.oidc_provider import CLIENT, SECRET
from tests.signing_in import typed_in

pytestmark = pytest.mark.browser
# Where pictures are wanted of the pages: TAKE_PICTURES=folder.
PICTURES = os.environ.get("TAKE_PICTURES")


@pytest.fixture
def gated(demo_store, bundles, site_folder, provider, tmp_path):
    """The demo behind the provider."""
    data, secret = tmp_path / "live", tmp_path / "secret"
    shutil.copytree(demo_store[0], data)
    secret.write_text(SECRET)
    server = start_server(
        {
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_GATE": "oidc",
            "DENGSHAO_GATE_CA": str(provider.ca),
            "DENGSHAO_OIDC_ISSUER": provider.issuer,
            "DENGSHAO_OIDC_CLIENT_ID": CLIENT,
            "DENGSHAO_OIDC_SECRET_FILE": str(secret),
        }
    )
    yield server
    server.stop()


def picture(page, name):
    if PICTURES:
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def test_a_member_goes_to_the_provider_comes_back_and_signs_in(gated, demo, visit, provider):
    page = visit(ignore_https_errors=True)
    complaints, held = [], []
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    late = page.context.new_page()
    late.route("**/authorize?**", lambda route: held.append(route))
    late.goto(f"{gated.desk}/desk/gate/")
    late.click("#gate-way")
    page.goto(f"{gated.desk}/desk/")
    expect(page.locator("h1")).to_have_text("先通过统一身份认证")
    picture(page, "gate")

    page.click("#gate-way")

    # Not by a press: the page that the way back ends on leads on by itself, with all cookies.
    expect(page.locator("#gate-passed")).to_contain_text("zhang.san")
    picture(page, "passed")
    typed_in(page, gated, demo["police-1"])
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert "desk" in names
    assert not names & {"gate", "gate-try"}

    # A window that comes back late signs nobody out: it makes no cookie of the desk.
    held[0].continue_()
    expect(late.locator("h1")).to_have_text("没有通过统一身份认证")
    picture(late, "not-back")
    page.goto(f"{gated.desk}/desk/account/")
    expect(page.locator(".desk-bar__who")).to_contain_text("police-1")
    assert complaints == []
