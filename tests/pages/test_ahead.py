"""The pages about reporting fetch the form's scripts beforehand; no other page fetches anything."""

import pytest

from tests.live import start_server
from tests.support import WIDE_BUDGETS

from .conftest import ROOT

pytestmark = pytest.mark.browser

AHEAD = ["/app/seal-result.js", "/app/seal-send.js", "/app/seal-worker.js", "/app/seal.js"]
LINKS = "[...document.querySelectorAll('link[rel=prefetch]')].map(one => one.href)"
SAVING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
FETCHED = """most => performance.getEntriesByType("resource")
  .filter(one => one.name.includes("/app/")).length >= most"""
# Asked after the page's own wish for an idle moment, with a longer limit: it is answered after it,
# and it is answered. Without a limit a browser may never find that moment.
IDLE = """new Promise(done => {
  const latest = {timeout: 4000};
  requestIdleCallback(() => requestIdleCallback(done, latest), latest);
})"""
# From the first moment on the page works, and leaves its browser none.
BUSY = """const line = new MessageChannel();
line.port1.onmessage = () => {
  const end = performance.now() + 5;
  while (performance.now() < end);
  line.port2.postMessage(0);
};
line.port2.postMessage(0);
"""


@pytest.fixture(scope="module")
def served(site, tmp_path_factory):
    """The built site as the application serves it, with its policy; bundles marked as such."""
    bundles = tmp_path_factory.mktemp("bundles")
    for address in AHEAD:
        (bundles / address.rpartition("/")[2]).write_text("// fetched ahead\n")
    environ = {
        "DENGSHAO_DATA": str(tmp_path_factory.mktemp("data")),
        "DENGSHAO_SITE": str(site),
        "DENGSHAO_BUNDLES": str(bundles),
    }
    server = start_server(environ | WIDE_BUDGETS)
    yield server
    server.stop()


def opened(visit, address, script=""):
    """Open a page and let it come to rest; gives the page and the bundles that it asked for."""
    page = visit()
    answered = []
    page.on("response", lambda response: answered.append((response.url, response.status)))
    if script:
        page.add_init_script(script)
    page.goto(address)
    page.evaluate(IDLE)
    page.wait_for_load_state("networkidle")
    return page, answered


@pytest.mark.parametrize("url", ["report/", "report/process/", "en/report/"])
def test_a_page_about_reporting_fetches_the_forms_scripts_when_idle(visit, served, url):
    page, answered = opened(visit, f"{served.public}/{url}")
    assert sorted(page.evaluate(LINKS)) == [f"{served.public}{address}" for address in AHEAD]
    page.wait_for_function(FETCHED, arg=len(AHEAD))
    bundles = [(address, status) for address, status in answered if "/app/" in address]
    assert sorted(bundles) == [(f"{served.public}{address}", 200) for address in AHEAD]


def test_a_page_that_is_never_idle_fetches_them_all_the_same(visit, served):
    page = visit()
    page.add_init_script(BUSY)
    page.goto(f"{served.public}/report/")
    page.wait_for_function(FETCHED, arg=len(AHEAD), polling=100)


def test_what_is_fetched_ahead_is_what_the_form_loads_to_seal():
    folder = ROOT / "admin" / "browser" / "reporter" / "entries"
    assert sorted(f"/app/{path.name}" for path in folder.glob("seal*.js")) == AHEAD


@pytest.mark.parametrize(
    "url", ["", "report/who-can-see/", "help/minors/", "law/23/", "en/", "about/sitemap/"]
)
def test_no_other_page_fetches_anything_ahead(visit, served, url):
    page, answered = opened(visit, f"{served.public}/{url}")
    assert page.evaluate(LINKS) == []
    assert not [address for address, _ in answered if "/app/" in address]


def test_nothing_is_fetched_ahead_where_the_reader_saves_data(visit, served):
    page, answered = opened(visit, f"{served.public}/report/", SAVING)
    assert page.evaluate(LINKS) == []
    assert not [address for address, _ in answered if "/app/" in address]
