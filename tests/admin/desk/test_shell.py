"""The frame of the staff's pages: their own header, and no way to what the desk's host has not."""

import re

import pytest
from sqlalchemy import event

from admin.db import db
from admin.web.errors import _page

PUBLIC = ("search-link", "quick-exit", "/search/", "/site-map/", "/about/", 'href="/"', "马上离开")
PAGES = ["/desk/", "/desk/duty/", "/desk/account/", "/desk/unit/"]


def check(page):
    assert [word for word in PUBLIC if word in page] == []
    assert 'id="elder"' in page
    assert "工作台" in re.search(r"<header class=\"top\">.*?</header>", page, re.S)[0]
    # No link of the frame leads out of the desk.
    assert {link.split("/")[1] for link in re.findall(r'<a [^>]*href="(/[^"]*)"', page)} == {"desk"}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_desk_has_a_header_of_its_own(desk, address):
    """The desk carries the public header; 马上离开 stands above 退出: staff.md, minors."""
    check(desk.get(address).text)


def test_so_has_a_tips_page_and_the_page_on_which_staff_sign_in(desk, tip, visitor):
    check(desk.show(tip).text)
    check(visitor.get("/desk/sign-in").text)


def test_an_error_at_the_desk_leads_back_to_the_desk(desk, visitor):
    for page in (desk.get("/desk/tips/AAAAA-00000"), visitor.get("/desk/nowhere")):
        assert page.status_code == 404
        check(page.text)
        assert "回工作台" in page.text


def test_an_error_at_the_desk_asks_nothing_of_the_store(app):
    asked = []

    with app.test_request_context("/desk/"):
        event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        page = _page(500, "系统出了问题")

    assert "回工作台" in page
    assert asked == []


def test_the_public_pages_keep_theirs(app, config):
    page = app.test_client().get("/tip/", base_url=f"http://{config.public_host}").text

    assert 'id="search-link"' in page
    assert 'id="quick-exit"' in page
    assert "/site-map/" in page or "网站地图" in page
