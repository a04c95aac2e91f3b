"""第一批人：管理员进来，开第一个单位，公布密钥

By the desk's pages in Chromium, each person in a browser of their own; the handbook's order.
"""

from playwright.sync_api import expect

from tests.stranger.people import WithPhones, visiting

UNIT = "police"


def walk(machine):
    with visiting(machine) as visit:
        journey = WithPhones(machine, visit)
        heard, head = open_first_unit(machine, journey)
        machine.types("dengshao keys apply", lines=[heard], says="公布了")
        expect(head.page.locator("#key")).to_contain_text("向本单位开放", timeout=90_000)
    assert journey.faults == []
    machine.types("dengshao keys show", says=UNIT)
    machine.types("dengshao unit list", says=UNIT)
    # What each carries home.
    machine.papers["head"] = journey.cards[head.name]


def open_first_unit(machine, journey):
    """Let four people open the unit; gives what is read out to the operator, and the head."""
    admin, chief = journey.person("管理员甲"), journey.person("局长丙")
    head, second = journey.person("负责人乙"), journey.person("研判员丁")
    machine.types("cat /var/lib/dengshao/setup-code", says="https://")
    journey.set_up(admin)
    link, behind, second_link = journey.open_unit(admin, UNIT, head.name, second.name)
    journey.join(head, link, journey.back(chief, behind))
    journey.make_unit_key(head)
    spoken = journey.speak(head)
    journey.join(second, second_link, spoken, "second", speaker=head)
    head.click("form.hand-on button")
    second.page.wait_for_selector("#unit[data-holds=yes][data-ready=yes]")
    second.click("form.confirm button")
    expect(head.page.locator("#progress")).to_contain_text("dengshao keys apply")
    return head.page.inner_text("#unit-print"), head
