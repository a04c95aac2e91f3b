"""Reports of half-years on the site: listed, in both languages, and not before a second person."""

from types import SimpleNamespace

import pytest
from mkdocs.exceptions import PluginError

from .conftest import read_page


def at(site, url):
    return read_page(site, site / url / "index.html")


def test_a_report_is_listed_in_both_languages_and_a_draft_is_nowhere(elsewhere, site):
    for folder, title in (
        ("", "2025 年下半年：我们做了什么"),
        ("en/", "Second half of 2025: what we"),
    ):
        page = at(elsewhere, f"{folder}numbers/reports")
        assert f'<a href="2025-h2/"><b>{title}' in page.html
        assert "2026-h1" not in page.html
        assert "2026-h1" not in at(elsewhere, f"{folder}numbers/reports/2025-h2").html
        none = "还没有报告。" if not folder else "None has been written yet."
        assert none in at(site, f"{folder}numbers/reports").html
    assert not list(elsewhere.rglob("2026-h1*"))
    chinese = at(elsewhere, "numbers/reports/2025-h2")
    assert 'hreflang="en"' in chinese.html


def test_a_report_has_each_published_number_beside_what_it_counts(elsewhere):
    page = at(elsewhere, "numbers/reports/2025-h2")
    (table,) = page.document.texts["table"]
    assert "2025 年 7 月到 12 月" in table
    assert "16 到 30 天" in table
    # Each row has three periods beside what is counted, also where it lies in rows.
    rows = page.html.count('<tr role="row"><td role="rowheader">')
    assert rows > 20
    assert page.html.count('data-head="7 月到 9 月"') == rows
    assert page.html.count('data-head="2025 年 7 月到 12 月"') == rows
    assert "<td>" not in page.html
    assert "登记的打开有 <strong>1 次</strong>" in page.html
    assert "换证书的时候停了一小时。" in page.html
    assert "数的是什么" in table
    # On paper it says whose it is, and where it stands.
    assert '<p class="only-print">灯哨 numbers/reports/2025-h2/</p>' in page.html
    assert page.html.count("data-print hidden") == 1


@pytest.mark.parametrize("name", ["2027.md", "2027-H1.md", "2027-h3.md", "old/2027-h1.md"])
def test_a_report_under_another_name_stops_the_build(hook, config, name):
    for folder in ("numbers/reports/", "en/numbers/reports/"):
        file = SimpleNamespace(src_uri=folder + name, is_documentation_page=lambda: True)
        with pytest.raises(PluginError, match=r"2027-h1\.md"):
            hook("reports").on_files([file], config=config)
