"""What helps with a receipt that is on a page: a voice of the device, a day in the calendar."""

import json

import pytest

from tests.live import STILL

from .conftest import ROOT
from .test_browser import HERE, VOICES

pytestmark = pytest.mark.browser

SCRIPT = ROOT / "site" / "theme" / "assets" / "receipt.js"
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>x</title>
<ol id="receipt"><li><b>0</b><b>1</b></li><li><b>2</b><b>3</b></li></ol>
<div data-listen data-group="第 {n} 组" hidden><button data-stop="停">听一遍</button></div>
<a href="/tip/day.ics" download="day.ics"
 data-calendar="BEGIN:X&#10;UID:{uid}&#10;A:{day}&#10;B:{next}&#10;C:{day}&#10;">记一天</a>"""
SPOKEN = ["第 1 组", "0", "1", "第 2 组", "2", "3"]


def open_with(browser, voices):
    context = browser.new_context(**STILL)
    # All is spoken here: the stand-in of test_browser.py falls silent after three.
    script = VOICES.replace("if (said.length < 3) ", "")
    context.add_init_script(f"({script})({json.dumps(voices)})")
    tab = context.new_page()
    tab.route("http://page/**", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    tab.goto("http://page/")
    tab.add_script_tag(path=SCRIPT)
    return tab


def test_a_receipt_is_read_digit_by_digit_until_it_ends_or_is_stopped(browser):
    tab = open_with(browser, [HERE])
    button = tab.locator("[data-listen] button")
    button.click()
    assert button.inner_text() == "停"
    tab.wait_for_function("said.at(-1) === 'stopped'")
    assert tab.evaluate("said") == [*SPOKEN, "stopped"]
    assert button.inner_text() == "听一遍"
    button.click()
    tab.wait_for_function("said.length > 8")
    assert tab.locator(".reading").count() == 1
    button.click()
    assert tab.evaluate("said.at(-1)") == "stopped"
    assert tab.locator(".reading").count() == 0
    tab.context.close()


@pytest.mark.parametrize(
    "voices",
    [[], [HERE | {"localService": False}], [HERE | {"lang": "en-US"}]],
    ids=["none", "a voice from afar", "another language"],
)
def test_without_a_voice_of_the_device_nobody_is_offered_one(browser, voices):
    tab = open_with(browser, voices)
    assert not tab.locator("[data-listen]").is_visible()
    tab.context.close()


def test_the_calendar_is_made_in_the_page_and_asks_for_nothing(browser):
    tab = open_with(browser, [])
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    with tab.expect_download() as download:
        tab.click("a")
    words = download.value.path().read_bytes().decode()
    name, day, after, again = (line[line.index(":") + 1 :] for line in words.split("\r\n")[1:5])
    assert (len(name), day) == (32, again)
    assert tab.evaluate(
        "day => Date.parse(day) / 864e5", f"{day[:4]}-{day[4:6]}-{day[6:]}"
    ) + 1 == (
        tab.evaluate("day => Date.parse(day) / 864e5", f"{after[:4]}-{after[4:6]}-{after[6:]}")
    )
    assert [url for url in asked if not url.startswith("blob:")] == []
    tab.context.close()
