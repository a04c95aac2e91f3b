"""A member leaves, the unit's key is renewed, and the operator publishes it on a running server."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import closing

import pytest
from playwright.sync_api import expect

from admin.config import ROOT
from admin.sealing.check_code import check_code
from tests.admin.renewal.test_browser import confirm, look, take_sheet
from tests.signing_in import signed_in
from tests.support import WIDE_BUDGETS

from .conftest import Reporter
from .served import DENGSHAO, start

pytestmark = pytest.mark.browser


class Shell:
    """The operator's terminal on the server."""

    def __init__(self, served, content):
        config = served.config
        self.environ = os.environ | {
            "DENGSHAO_DATA": str(served.data),
            "DENGSHAO_BIND": config.bind,
            "DENGSHAO_CONTENT": str(content),
            "DENGSHAO_SITE": str(config.site),
            "DENGSHAO_BUNDLES": str(config.bundles),
            "DENGSHAO_KEYS_BY_DESK": "no",
        }

    def run(self, *words, typed=""):
        return subprocess.run(
            [DENGSHAO, *words],
            input=typed,
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return tmp_path / "content"


@pytest.fixture
def served(tmp_path, demo_store, bundles, site_folder, content):
    """`dengshao serve` with two workers, which publishes keys by the operator's command alone."""
    shutil.copytree(demo_store[0], tmp_path / "data")
    budgets = WIDE_BUDGETS | {
        "DENGSHAO_CONTENT": str(content),
        "DENGSHAO_KEYS_BY_DESK": "no",
    }
    found = start(tmp_path, bundles=bundles, site=site_folder, arguments=["serve"], budgets=budgets)
    yield found
    found.stop()


@pytest.fixture
def shell(served, content):
    return Shell(served, content)


def public_list(served):
    with urllib.request.urlopen(f"{served.public}/keys.json", timeout=60) as answer:
        return json.load(answer)


def tips_by_key(served):
    """Count the police's tips by the fingerprint of the key on which they hang."""
    with closing(sqlite3.connect(served.data / "dengshao.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT k.fingerprint, count(*) FROM tip JOIN unit_key k ON k.id = tip.unit_key_id "
            "WHERE k.unit_id = 'police' GROUP BY 1"
        )
        return dict(rows)


def write_tip(visit, served):
    reporter = Reporter(visit(), served)
    receipt = reporter.write_tip(
        category="A4", what="桥头有人收过路费", place="桥头", official="no"
    )
    return reporter, receipt


def test_a_renewed_key_is_published_by_one_command_and_nobody_is_signed_out(
    served, shell, visit, demo
):
    # Given a tip on the key that a member takes away with them
    reporter, receipt = write_tip(visit, served)
    (old,) = tips_by_key(served)
    assert shell.run("staff", "suspend", "police-2").returncode == 0
    holder = signed_in(visit(), served, demo["police-1"])
    holder.goto(f"{served.desk}/desk/")
    holder.wait_for_url("**/desk/unit/renew")
    holder.wait_for_selector("#renew[data-ready]")
    holder.click("#begin")
    _halves, spoken = take_sheet(holder)
    # Its browser would re-encrypt at once: the mailbox is to meet tips that still wait.
    holder.goto("about:blank")

    # While the new key waits, the reporter's words are taken, and the page asks for the command
    reporter.open_mailbox(receipt)
    reporter.page.fill("#letter textarea", "还是那几个人")
    reporter.page.click("#letter button[type=submit]")
    expect(reporter.page.locator("main")).to_contain_text("您补充的内容已收到")
    upper = signed_in(visit(), served, demo["upper-1"])
    confirm(upper, served, spoken)
    holder.goto(f"{served.desk}/desk/unit/")
    holder.wait_for_selector("#unit[data-ready]")
    asked = holder.inner_text("#to-publish pre")
    assert holder.inner_text("#unit-print") == spoken
    look(holder, "to-publish")
    holder.goto("about:blank")
    wrong = shell.run(*asked.split()[1:], typed=f"{old}\n")
    assert (wrong.returncode, public_list(served)["retiring"]) == (1, [])
    assert spoken not in wrong.stdout + wrong.stderr

    # When the operator types what the holder reads out
    done = shell.run(*asked.split()[1:], typed=f"{spoken}\n")

    # Then the public reads it, the old key stays for the mailbox alone, and a fresh form uses it
    assert done.returncode == 0, done.stdout + done.stderr
    published = public_list(served)
    (fingerprint,) = [row["fingerprint"] for row in published["keys"] if row["unit"] == "police"]
    assert check_code(fingerprint) == spoken
    assert f"police\t{fingerprint}" in done.stdout
    (older,) = published["retiring"]
    assert (older["unit"], older["fingerprint"]) == ("police", old)
    write_tip(visit, served)
    assert tips_by_key(served) == {old: 1, fingerprint: 1}
    reporter.open_mailbox(receipt)
    reporter.page.fill("#letter textarea", "今天又来了")
    reporter.page.click("#letter button[type=submit]")
    expect(reporter.page.locator("main")).to_contain_text("您补充的内容已收到")
    for page in (holder, upper):
        page.goto(f"{served.desk}/desk/unit/")
        page.wait_for_selector("#unit[data-ready]")

    # And once the holder's browser has re-encrypted everything, the old line goes
    expect(holder.locator("#unit")).to_contain_text("向本单位开放")
    holder.wait_for_selector("#reseal[data-state=done]")
    assert tips_by_key(served) == {fingerprint: 2}
    again = shell.run("keys", "apply")
    assert again.returncode == 0, again.stdout + again.stderr
    assert public_list(served)["retiring"] == []
    looked = shell.run("doctor").stdout
    assert re.search("好\t公众看到的密钥", looked), looked


def test_new_data_is_read_by_command_and_by_signal_and_a_slip_by_none(
    served, shell, visit, demo, content
):
    member = signed_in(visit(), served, demo["police-1"])
    workers = set(served.group())
    path = content / "data" / "townships.yml"
    whole = path.read_text("utf-8")

    assert shown(served) == {"河口乡"}
    path.write_text(whole.replace("河口乡", "河口镇"), "utf-8")
    assert shell.run("reload").returncode == 0
    wait_for_all(served)
    assert shown(served) == {"河口镇"}

    path.write_text(whole + "  - {id: hekou\n", "utf-8")
    refused = shell.run("reload")
    assert refused.returncode == 1
    assert f"{path} 第 " in refused.stderr
    os.kill(served.process.pid, signal.SIGHUP)
    wait_for_log(served, "townships.yml 第 ")
    assert shown(served) == {"河口镇"}

    path.write_text(whole.replace("河口乡", "河口街"), "utf-8")
    os.kill(served.process.pid, signal.SIGHUP)
    wait_until(lambda: shown(served) == {"河口街"})
    # The very same processes, and nobody is signed out.
    assert set(served.group()) == workers
    member.goto(f"{served.desk}/desk/unit/")
    member.wait_for_selector("#unit[data-ready]")


def test_a_worker_that_died_is_replaced_by_one_of_what_the_others_serve(served, shell, content):
    """Neither an edit that nobody asked to be read, nor a slip: the server goes on as it was."""
    path = content / "data" / "townships.yml"
    whole = path.read_text("utf-8")

    def replace_all():
        old = set(served.group()) - {served.process.pid}
        for worker in old:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(set(served.group()) - old) == len(old) + 1)
        assert served.process.poll() is None, served.log.read_text("utf-8")

    path.write_text(whole.replace("河口乡", "河口镇"), "utf-8")
    replace_all()
    assert shown(served) == {"河口乡"}

    path.write_text(whole + "  - {id: hekou\n", "utf-8")
    keys = content / "data" / "keys.yml"
    good_keys = keys.read_text("utf-8")
    keys.write_text(good_keys + "  - {id: drugs}\n", "utf-8")
    replace_all()
    assert shown(served) == {"河口乡"}

    keys.write_text(good_keys, "utf-8")
    path.write_text(whole.replace("河口乡", "河口街"), "utf-8")
    assert shell.run("reload").returncode == 0
    wait_for_all(served)
    assert shown(served) == {"河口街"}
    path.write_text(whole, "utf-8")
    replace_all()
    assert shown(served) == {"河口街"}


def shown(served):
    """What each of the workers shows: asked often enough, both have answered."""
    pages = set()
    for _ in range(12):
        with urllib.request.urlopen(f"{served.public}/tip/", timeout=60) as answer:
            pages.add(re.search("河口.", answer.read().decode())[0])
    return pages


def wait_for_all(served):
    """Wait until each process says that it has read anew, the first one too."""
    for process in served.group():
        wait_for_log(served, f"重新读好了（进程 {process}）")


def wait_for_log(served, words):
    wait_until(lambda: words in served.log.read_text("utf-8"))


def wait_until(is_so):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    raise TimeoutError
