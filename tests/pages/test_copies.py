"""The site elsewhere than at the root of a host: in a folder of a portal, or on a disk."""

import re
import shutil
from urllib.parse import urljoin

from tests.live import STILL

from .conftest import ADDRESSED, SITE_URL, build_site, read_page


def hrefs(folder, name):
    page = read_page(folder, folder / name)
    links = page.document.of("a") + page.document.of("link")
    return [one["href"] for one in links], page


def test_without_an_address_the_page_for_wrong_ones_begins_at_the_root(site):
    found, _ = hrefs(site, "404.html")
    assert "/assets/lamp.css" in found
    assert "/search/" in found


def test_in_a_folder_the_page_for_wrong_addresses_begins_at_the_folder(published):
    found, _ = hrefs(published, "404.html")
    assert "/dengshao/assets/lamp.css" in found
    assert "/dengshao/search/" in found


def test_pages_name_their_own_address_only_where_one_is_known(site, published):
    canonical = re.compile(rf'rel="(canonical|alternate)"|{re.escape(SITE_URL)}')
    assert not canonical.search((site / "law" / "23" / "index.html").read_text("utf-8"))
    found, _ = hrefs(published, "law/23/index.html")
    assert f"{SITE_URL}law/23/" in found
    assert (published / "sitemap.xml").exists()
    assert not (site / "sitemap.xml").exists()


def test_the_site_map_for_machines_lists_what_the_search_lists(published, pages):
    words = (published / "sitemap.xml").read_text("utf-8")
    listed = {url.removeprefix(SITE_URL) for url in re.findall(r"<loc>(.*?)</loc>", words)}
    assert listed <= {page.url for page in pages}
    assert {"", "law/23/", "help/path/", "help/path/danger/", "learn/quiz/", "en/"} <= listed
    moved, short, part, step = "hotlines/", "q/1/", "learn/quiz/2/", "help/path/online/"
    assert {moved, short, part, step} <= {page.url for page in pages}
    assert not {moved, short, part, step} & listed


def test_a_page_that_moved_names_the_address_of_the_new_one(published):
    _, page = hrefs(published, "hotlines/index.html")
    canonical = [link["href"] for link in page.document.of("link") if link["rel"] == "canonical"]
    assert canonical == [f"{SITE_URL}help/hotlines/"]


def test_a_sub_folder_works_as_the_root_does(browser, site, tmp_path, serve):
    shutil.copytree(site, tmp_path / "portal" / "column" / "lamp")
    tab = browser.new_page(**STILL)
    missing = []
    tab.on("response", lambda answer: missing.append(answer.url) if answer.status > 399 else None)
    tab.goto(serve(tmp_path / "portal") + "column/lamp/")
    tab.click(".door >> nth=0")
    tab.click("#search-link")
    tab.fill("#q", "cunba")
    tab.click("#search-results a >> nth=0")
    tab.wait_for_url("**/column/lamp/topics/village-bully/**")
    assert missing == []
    tab.close()


def test_a_copy_leads_to_the_published_form_where_its_address_is_known(offline, tmp_path):
    assert build_site(tmp_path / "a", env=ADDRESSED, more=["--no-directory-urls"]).returncode == 0
    assert urljoin(SITE_URL, "/tip/") in hrefs(tmp_path / "a", "report/index.html")[0]
    found, page = hrefs(offline, "report/index.html")
    assert "../about/offline/index.html" in found
    assert not [href for href in found if href.startswith("/")]
    assert 'href="../index.html"' in page.html
