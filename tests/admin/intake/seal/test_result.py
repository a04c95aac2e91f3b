"""What is shown after sending: the receipt, until it was copied; the server's words, each one."""

import re

import pytest
from playwright.sync_api import expect

from tests.live import strip_scripts

from .writer import false_routes

pytestmark = pytest.mark.browser


def test_the_receipt_goes_once_a_group_of_it_was_typed_and_no_sooner(writer):
    writer.write()
    digits = writer.receipt

    writer.page.click("text=我已抄好")
    writer.sees("请看着您记下的，输入这一组。")
    writer.type_group("12345")
    writer.sees("这一组和查询码对不上。")
    expect(writer.page.locator("#error-summary")).to_be_focused()
    assert writer.receipt == digits
    first = (writer.asked - 1) * 6
    writer.type_group(digits[first : first + 6].translate(str.maketrans("0123", "０１２３")))
    writer.sees("查询码不再显示，请用您记下的。")

    assert writer.page.locator("#receipt").count() == 0
    assert not [one for one in range(0, 36, 6) if digits[one : one + 6] in writer.page.content()]
    expect(writer.page.locator("h1")).to_be_focused()


def test_the_result_can_be_printed_with_its_receipt(writer):
    writer.page.add_init_script("window.print = () => { window.printed = true; }")
    writer.write()
    assert writer.receipt

    writer.page.click("[data-print]")

    assert writer.page.evaluate("window.printed")
    writer.page.emulate_media(media="print")
    expect(writer.page.locator("#receipt")).to_be_visible()
    expect(writer.page.locator("#group")).to_be_hidden()


def test_a_receipt_is_not_lost_by_a_careless_press_and_no_one_is_held_back_in_a_hurry(writer):
    page = writer.page
    page.route("https://www.weather.com.cn/**", lambda route: route.fulfill(body="sun"))
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    writer.write()
    digits = writer.receipt
    page.click(".brand")
    assert asked == ["beforeunload"]
    assert writer.receipt == digits

    page.click("#quick-exit")
    page.wait_for_url("https://www.weather.com.cn/**")
    assert asked == ["beforeunload"]


RESULTS = ["/tip/", "/en/tip/", "/tip/?page=young", "/tip/practice/", "/en/tip/practice/"]


@pytest.mark.parametrize("path", RESULTS)
def test_the_result_says_what_the_servers_own_says(write, path):
    """Before and after the receipt was copied; the digits differ, and the group that is asked."""
    said = []
    for scripts in (True, False):
        writer = write()
        if not scripts:
            strip_scripts(writer.page)
        writer.open(path)
        writer.fill()
        writer.send()
        assert writer.receipt
        # The print button comes with the page's scripts.
        writer.page.wait_for_load_state()
        before = result_of(writer.page)
        writer.copy()
        expect(writer.page.locator("#receipt")).to_have_count(0)
        writer.page.wait_for_load_state()
        said.append((before, result_of(writer.page)))

    assert said[0] == said[1]


def result_of(page):
    """What stands on the page, line by line, and where its links lead.

    But for files, which follow the words only where the server seals: with scripts they came along.
    """
    page.evaluate("document.querySelectorAll('#files-after').forEach((part) => part.remove())")
    text = re.sub(r"[0-9]{6}", "", page.inner_text("#main"))
    text = re.sub("(第|group) [1-6]", "", text)
    links = page.eval_on_selector_all("#main a", "links => links.map(link => link.href)")
    # The day for a calendar is made in the page where scripts run.
    links = [re.sub(r"^(blob:.*|.*/tip/day\.ics)$", "a day", link) for link in links]
    return [line.strip() for line in text.splitlines() if line.strip()], links


def test_practice_says_that_it_is_practice(writer):
    writer.open("/tip/practice/")
    writer.fill()
    writer.send()
    writer.sees("练习：什么都不会保存。 下面的查询码是例子，查不到东西。")
    writer.copy()

    writer.sees("真的发出以后，也是这样。")
    expect(writer.page.locator("h1")).to_have_text("练习做完了")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_free_of_violations(write, close, scheme):
    writer = write(color_scheme=scheme, bypass_csp=True)
    found = {}
    writer.open()
    writer.send()
    writer.sees("有几处要改一下")
    found["errors"] = writer.axe()
    writer.page.route("**/tip/routes.json", false_routes)
    writer.write()
    writer.sees("加密校验没有通过")
    found["alarm"] = writer.axe()
    writer.page.unroute_all()
    writer.send()
    assert writer.receipt
    found["receipt"] = writer.axe()
    writer.type_group("1")
    writer.sees("对不上")
    found["wrong group"] = writer.axe()
    writer.copy()
    found["copied"] = writer.axe()
    close("police")
    writer.open()
    writer.page.evaluate("document.getElementById('category').append(new Option('A4', 'A4'))")
    writer.fill()
    writer.send()
    writer.sees("现在没有能看这条线索的单位")
    found["no unit"] = writer.axe()

    assert found == {name: [] for name in found}
    assert len(found) == 6
