"""Nothing of a tip rests on the reporter's own disk: the profile of a browser that was closed."""

import shutil

import pytest

from tests.engines import reporter
from tests.engines.chromium import Chromium
from tests.engines.firefox import PROGRAM as FIREFOX
from tests.engines.firefox import WITHOUT_SCRIPTS, Firefox
from tests.live import start_server
from tests.support import WIDE_BUDGETS

from .profile import found_in
from .proxied import DESK, PUBLIC, start_nginx
from .test_nginx import NGINX
from .test_sealed_journey import receipt_marks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it"),
]

MARKS = {
    "what": "暗渠边的第七棵黄皮树",
    "place": "晒谷场旧石碾背后",
    "who": "绰号铁算盘的跛脚人",
    "file": "瓦片下的账本第三页",
    "words in the mailbox": "补写一句门朝南的土屋",
    "danger": "昨晚有人在瓦窑口等我",
}
FILE_NAME = {"file's name": "落日红灯笼"}
HOSTS = f"MAP {PUBLIC} 127.0.0.1,"


@pytest.fixture
def base(demo_store, bundles, site_folder, tmp_path):
    """The app behind a real nginx, over HTTPS; the reporter's address of it."""
    shutil.copytree(demo_store[0], tmp_path / "data")
    live = start_server(
        {
            "DENGSHAO_DATA": str(tmp_path / "data"),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_PUBLIC_HOST": PUBLIC,
            "DENGSHAO_DESK_HOST": DESK,
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            **WIDE_BUDGETS,
        }
    )
    site = shutil.copytree(site_folder, tmp_path / "site")
    keys = live.app.test_client().get("/keys.json", base_url=f"https://{PUBLIC}")
    (site / "keys.json").write_bytes(keys.data)
    nginx = start_nginx(NGINX, tmp_path / "nginx", site, app=live.config.bind)
    yield f"https://{PUBLIC}:{nginx.port}"
    nginx.stop()
    live.stop()


@pytest.fixture
def file(tmp_path):
    [name] = FILE_NAME.values()
    path = tmp_path / f"{name}.png"
    # It is no picture and can't be cleaned, so that its page says so, beside the receipt.
    path.write_text(MARKS["file"], "utf-8")
    return path


def walk(person, base, file, *, scripts):
    """Do all that a reporter can do, with faults on the way; gives the marks of the receipt."""
    answers = {name: MARKS[name] for name in ("what", "place", "who")}
    reporter.write(person, base, {"what": answers["what"], "who": answers["who"]})
    # The first press is refused: the place is missing, and the words come back.
    person.press(reporter.SEND)
    person.see("有几处要改一下")
    person.fill("#place", answers["place"])
    person.press(reporter.SEND)
    groups = reporter.receipt(person)
    person.fill("#group", "000000")
    person.press("我已抄好")
    person.see("和查询码对不上")
    reporter.copy(person, groups)
    reporter.open_mailbox(person, base, groups)
    reporter.say(person, MARKS["words in the mailbox"])
    reporter.call_for_help(person, MARKS["danger"])
    reporter.take_back(person)
    # Another tip, with a file, and away in the midst of it: the receipt stands on the page.
    reporter.write(person, base, {"category": "A2", **answers}, file if scripts else None)
    person.press(reporter.SEND)
    second = {}
    if not scripts:
        second["the second receipt"] = "".join(reporter.receipt(person))
        person.upload("#files", file)
        person.press("交这些文件")
        person.see("没有收下")
    person.see(file.name)
    reporter.leave_at_once(person)
    return MARKS | FILE_NAME | receipt_marks("".join(groups)) | second


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_closed_chromium_holds_no_word_nothing_of_a_file_and_no_receipt(
    browser, base, file, tmp_path, scripts
):
    person = Chromium(browser, tmp_path, scripts=scripts, hosts=HOSTS)

    marks = walk(person, base, file, scripts=scripts)
    person.close()

    # Where a form with a file was posted Chromium notes what the file was called and where it lay:
    # no page can prevent that. limits.md says so, and the form that takes files without scripts.
    left = set() if scripts else set(FILE_NAME)
    assert found_in(person.profile, marks) == left


def test_the_same_form_with_a_field_of_another_type_leaves_its_words_there_and_they_are_found(
    browser, base, tmp_path
):
    person = Chromium(browser, tmp_path, scripts=False, hosts=HOSTS)

    answers = {name: MARKS[name] for name in ("what", "place", "who")}
    reporter.write(person, base, {"category": "A2", **answers})
    person.run("() => { document.querySelector('#form [type=password]').type = 'text'; }")
    person.press(reporter.SEND)
    reporter.receipt(person)
    person.close()

    assert found_in(person.profile, MARKS) == set(answers)


@pytest.mark.skipif(FIREFOX is None, reason="firefox-esr is absent: make system installs it")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_closed_firefox_holds_no_word_nothing_of_a_file_and_no_receipt(
    base, file, tmp_path, scripts
):
    preferences = {"network.dns.localDomains": PUBLIC}
    person = Firefox(tmp_path, preferences | ({} if scripts else WITHOUT_SCRIPTS))
    # Its control: an address rests in the history and in the packed session, and is found.
    control = "CONTROL-7f3a91"
    person.open(f"{base}/report/?{control}")

    marks = walk(person, base, file, scripts=scripts)
    person.close()

    assert found_in(person.profile, marks | {"control": control}) == {"control"}
