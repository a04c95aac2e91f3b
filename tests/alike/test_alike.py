"""What `make alike` counts in full, of two walks: a line for each rest, and no more for a tip."""

import shutil

import pytest

from tests.journeys.proxied import DESK, PUBLIC
from tests.live import start_server
from tests.support import WIDE_BUDGETS

from .measure import walked
from .place import placed, visitors
from .walks import WALKS

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it"),
]
READS, _PLAINLY, _LOOKS, WRITES, WRITES_PLAINLY, _WITH_A_PHOTO = WALKS


@pytest.fixture(scope="module")
def place(demo_store, bundles, tmp_path_factory, made_site):
    folder = tmp_path_factory.mktemp("alike")
    shutil.copytree(demo_store[0], folder / "data")
    live = start_server(
        {
            "DENGSHAO_DATA": str(folder / "data"),
            "DENGSHAO_SITE": str(made_site),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_PUBLIC_HOST": PUBLIC,
            "DENGSHAO_DESK_HOST": DESK,
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            **WIDE_BUDGETS,
        }
    )
    site = shutil.copytree(made_site, folder / "site")
    keys = live.app.test_client().get("/keys.json", base_url=f"https://{PUBLIC}")
    (site / "keys.json").write_bytes(keys.data)
    with placed(NGINX, folder / "place", site, live.config.bind, http2=True) as running:
        yield running
    live.stop()


def test_who_sends_a_tip_leaves_as_few_lines_as_who_reads_and_nothing_of_either_is_spooled(
    place, browser
):
    before = place.nginx.spooled()
    with visitors(browser.browser_type) as visit:
        left = {
            walk.name: walked(place, visit, walk, slowly=False)
            for walk in (READS, WRITES, WRITES_PLAINLY)
        }
    lines = {name: one.lines for name, one in left.items()}
    # A visit is one connection; where the browser asks without cookies or for a worker, two.
    assert set(lines.values()) <= {1, 2}, left
    # What the log does not hold and the network sees: a tip that a browser seals goes up.
    assert left[WRITES.name].up > 4 * left[READS.name].up
    assert left[WRITES_PLAINLY.name].up < 4 * left[READS.name].up
    assert place.nginx.spooled() == before
