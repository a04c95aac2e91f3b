"""A reporter's errands in other engines than Chromium: Firefox ESR, and WebKitGTK as in Safari."""

import json
import re
import threading
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from tests.live import QuietHandler

from . import firefox, reporter, webkit, window
from .staff import Staff

pytestmark = pytest.mark.browser

NO_FIREFOX = pytest.mark.skipif(
    firefox.PROGRAM is None, reason="firefox-esr is absent: make system installs it"
)
NO_WEBKIT = pytest.mark.skipif(
    None in (webkit.PROGRAM, webkit.MINI, window.PROGRAM),
    reason="webkit2gtk-driver or xvfb is absent: make system installs them",
)
SCRIPTED = {
    "firefox": lambda folder: firefox.Firefox(folder),
    "firefox as Tor Browser sets it": lambda folder: firefox.Firefox(folder, firefox.AS_TOR),
    "webkit": lambda folder: webkit.WebKit(folder),
}
# With its scripts off, and set as Tor Browser is besides.
PLAIN = {
    "firefox without scripts": lambda folder: firefox.Firefox(
        folder, firefox.AS_TOR | firefox.WITHOUT_SCRIPTS
    ),
}
ANSWERS = {
    "category": "A4",
    "what": "桥头有人收过路费。",
    "township": "shili",
    "place": "甲村桥头",
    "who": "三个外地人",
}
# However it is worded: that nothing arrived, and that the words are still there.
_AWAY = "(没有?连上|网络?断了|没有发出)"
LOST = re.compile(f"{_AWAY}.*在|在.*{_AWAY}")
FILE = "账本第三页的抄件".encode()


def engines(makers):
    return [
        pytest.param(make, id=name, marks=NO_WEBKIT if name == "webkit" else NO_FIREFOX)
        for name, make in makers.items()
    ]


@pytest.fixture
def person(request, tmp_path):
    opened = request.param(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def staff(live, demo):
    return Staff(live, demo)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "抄件.txt"
    path.write_bytes(FILE)
    return path


@contextmanager
def cut_off(live):
    """Take the server off the network for a while; afterwards it stands where it stood."""
    port = live.server.server_port
    live.server.shutdown()
    live.server.server_close()
    yield
    live.server = make_server(
        "127.0.0.1", port, live.app, threaded=True, request_handler=QuietHandler
    )
    live.server.daemon_threads = True
    threading.Thread(target=live.server.serve_forever, daemon=True).start()


def talks_with_the_unit(person, live, staff, groups):
    """Read the unit's question in the mailbox, and answer it."""
    staff.ask("哪一天？")
    reporter.open_mailbox(person, live.public, groups)
    person.see("哪一天？", ".thread")
    reporter.say(person, "上个月初三。")
    assert staff.read()[1][-2:] == ["哪一天？", "上个月初三。"]


def expect_whole(staff):
    """The unit reads what was filled in, and one file came along, or after it."""
    [tip, letters] = staff.read()
    assert {name: tip.fields[name] for name in ANSWERS} == ANSWERS
    files = [*tip.files, *(file for letter in letters for file in json.loads(letter)["files"])]
    assert [entry["size"] for entry in files] == [len(FILE)]


@pytest.mark.parametrize("person", engines(SCRIPTED), indirect=True)
def test_words_and_a_file_are_sealed_on_the_phone_and_answered_there(person, live, staff, file):
    reporter.write(person, live.public, ANSWERS)
    person.see("先在这台设备里加锁")
    person.upload("#files", file)
    # A kind that can't be cleaned is sent as it is only where somebody says so.
    person.see("未能清理", "#files-block")
    person.press("照原样交")
    person.see("传好了", "#files-block")
    person.press(reporter.SEND)
    groups = reporter.receipt(person)
    assert "照原样已保存" in person.words()
    reporter.copy(person, groups)

    expect_whole(staff)
    talks_with_the_unit(person, live, staff, groups)
    # Opened on the phone: the receipt was not sent.
    assert "查询码没有发给服务器" in person.words()


@pytest.mark.parametrize("person", engines(PLAIN), indirect=True)
def test_words_and_a_file_come_without_scripts_and_are_answered(person, live, staff, file):
    reporter.write(person, live.public, ANSWERS)
    person.see("服务器收到后马上加锁")
    person.see("文件在下一页交")
    person.press(reporter.SEND)
    groups = reporter.receipt(person)
    person.upload("#files", file)
    person.press("照原样交", "label")
    person.press("交这些文件")
    person.see("照原样已保存")
    assert reporter.receipt(person) == groups
    reporter.copy(person, groups)

    expect_whole(staff)
    talks_with_the_unit(person, live, staff, groups)


@pytest.mark.parametrize("person", engines(SCRIPTED), indirect=True)
def test_a_lost_network_sends_nothing_keeps_the_words_and_says_so(person, live, staff):
    reporter.write(person, live.public, ANSWERS)
    person.see("先在这台设备里加锁")

    with cut_off(live):
        person.press(reporter.SEND)
        person.until(lambda: re.search(LOST, person.words()), "that the network is gone")
        assert staff.count() == 0
        for name, words in ANSWERS.items():
            assert person.run("(id) => document.getElementById(id).value", name) == words
    person.press(reporter.SEND)
    reporter.receipt(person)

    # Sealed here: the page of the plain way has an address of its own.
    assert person.run("() => location.pathname") == "/tip/"
    assert staff.count() == 1
    assert staff.read()[0].fields["what"] == ANSWERS["what"]
