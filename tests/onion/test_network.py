"""A tip through real Tor to the onion example, and its answer: `make onion`, half a minute."""

import os
import shutil

import pytest
from playwright.sync_api import expect

from admin.config import ROOT
from admin.doctor.findings import State
from admin.doctor.onion import check_onion, look
from tests.alike.place import Listener
from tests.canary import find_marks, written_since
from tests.live import ARGUMENTS, HEADLESS, WAIT_MS
from tests.unfolding import unfold

from .network import TOR, Node, private_network
from .place import NGINX, start_onion_nginx, torrc

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DENGSHAO_ONION" not in os.environ, reason="make onion runs it"),
    pytest.mark.skipif(TOR is None, reason="tor is absent: make system installs it"),
    pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it"),
]
WORDS, SPOT = "暗渠边的第七棵黄皮树", "晒谷场旧石碾"
MOST_SECONDS = 60


@pytest.fixture(scope="module")
def nginx(folder, name, behind):
    """The built site, with the keys that the app publishes."""
    site = shutil.copytree(ROOT / "build" / "site", folder / "pages")
    keys = behind.app.test_client().get("/keys.json", base_url=f"http://{name}")
    (site / "keys.json").write_bytes(keys.data)
    lines = Listener(folder / "lines")
    running = start_onion_nginx(folder, site, name=name, app=behind.config.bind)
    running.lines = lines
    yield running
    running.stop()
    lines.close()


@pytest.fixture(scope="module")
def tor(folder, nginx, name):
    """Tor's network, with the example as a service in it, once a client reaches it."""
    with private_network(folder / "net") as network:
        service = network.add(Node("service", folder / "tor", torrc(folder)))
        network.seconds = network.reaches(name)
        network.service = service
        yield network


@pytest.fixture
def visit(browser, tor, name):
    """Chromium behind Tor. It is told what Tor Browser knows: an onion name is a secure origin."""
    opened = browser.browser_type.launch(
        executable_path=HEADLESS,
        args=[*ARGUMENTS, f"--unsafely-treat-insecure-origin-as-secure=http://{name}"],
        proxy={"server": f"socks5://127.0.0.1:{tor.socks}"},
    )

    def open_page(**options):
        context = opened.new_context(locale="zh-CN", **options)
        context.set_default_timeout(WAIT_MS)
        return context.new_page()

    yield open_page
    opened.close()


def test_the_service_is_reached_within_a_minute_and_doctor_sees_it_published(tor, folder, name):
    assert tor.seconds < MOST_SECONDS
    [state] = look(
        {name},
        hostname=folder / "tor" / "dengshao" / "hostname",
        socket_path=folder / "nginx.sock",
        control=folder / "tor" / "control",
    )
    found = check_onion(state)
    assert (found.state, found.words) == (State.GOOD, "发布着，也有应答")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_tip_goes_through_tor_and_the_receipt_opens_the_mailbox(
    visit, tor, name, folder, nginx, scripts
):
    page = visit(java_script_enabled=scripts)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"http://{name}/report/")
    page.goto(f"http://{name}/tip/")
    unfold(page)
    page.select_option("#category", "A4")
    page.fill("#what", WORDS)
    page.fill("#place", SPOT)
    page.click("#form button[type=submit]")
    expect(page.locator("#receipt li")).to_have_count(6)
    receipt = "".join(page.locator("#receipt li").all_inner_texts())
    page.goto(f"http://{name}/mailbox/")
    page.fill("#receipt", receipt)
    page.click("#open button[type=submit]")
    page.wait_for_selector("text=现在到哪一步")

    assert not [url for url in asked if not url.startswith(f"http://{name}/")]
    sent = [url for url in asked if url.endswith(("/tip/sealed", "/tip/sent"))]
    assert sent[0].endswith("/tip/sealed" if scripts else "/tip/sent")
    assert page.context.cookies() == []
    # A line would be a time without an address; and neither Tor nor nginx wrote words anywhere.
    assert nginx.lines.heard == []
    files = written_since([folder / part for part in ("tor", "nginx", "data")], 0)
    assert not find_marks(files, {"words": WORDS, "place": SPOT, "receipt": receipt})
