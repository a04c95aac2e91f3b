"""The site elsewhere than at the root of a host: in a folder of a portal, or on a disk."""

import os
import re
import shutil

import pytest

from .conftest import build_site, read_page


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The site with its published address, which is a folder of a portal."""
    target = tmp_path_factory.mktemp("published")
    env = os.environ | {"DENGSHAO_SITE_URL": "https://district.example/lamp/"}
    result = build_site(target, env=env)
    assert result.returncode == 0, result.stderr
    return target


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
    assert "/lamp/assets/lamp.css" in found
    assert "/lamp/search/" in found


def test_pages_name_their_own_address_only_where_one_is_known(site, published):
    canonical = re.compile(r'rel="(canonical|alternate)"|https://district\.example')
    assert not canonical.search((site / "law" / "23" / "index.html").read_text("utf-8"))
    found, _ = hrefs(published, "law/23/index.html")
    assert "https://district.example/lamp/law/23/" in found
    assert (published / "sitemap.xml").exists()
    assert not (site / "sitemap.xml").exists()


def test_a_sub_folder_works_as_the_root_does(browser, site, tmp_path, serve):
    shutil.copytree(site, tmp_path / "portal" / "column" / "lamp")
    tab = browser.new_page()
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


def test_a_copy_leads_to_the_published_form_where_its_address_is_known(tmp_path):
    env = os.environ | {"DENGSHAO_SITE_URL": "https://district.example/lamp/"}
    assert build_site(tmp_path / "a", env=env, more=["--no-directory-urls"]).returncode == 0
    assert "https://district.example/tip/" in hrefs(tmp_path / "a", "report/index.html")[0]
    assert build_site(tmp_path / "b", more=["--no-directory-urls"]).returncode == 0
    found, page = hrefs(tmp_path / "b", "report/index.html")
    assert "../about/offline/index.html" in found
    assert not [href for href in found if href.startswith("/")]
    assert 'href="../index.html"' in page.html
