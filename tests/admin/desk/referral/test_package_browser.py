"""A package for an organ outside, made in Chromium and opened as the organ would."""

import hashlib
import io
import json
import shlex
import shutil
import subprocess
import zipfile

import pyrage
import pytest
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.cli import main
from admin.config import ROOT
from admin.db import db, today
from admin.desk.referral.services import next_serial
from admin.models import Referral, Tip
from admin.sealing import age
from admin.sealing.age import HybridIdentity
from admin.tip.status import TipStatus
from tests import evidence_files as made
from tests.admin.desk.files.files_live import faults
from tests.admin.desk.files.files_made import put_file, with_files

pytestmark = pytest.mark.browser

WHAT = "昨晚九点半，我老婆在桥头看见货车被拦，每车收 50 元。打 13912345678 找我。"
FEAR = "怕被村里人认出来"
LETTER = (
    "示例县交通运输局：",
    "关于移送有关线索的函",
    "示例县公安局",
    "盖章处",
    "回　执",
    "示例路 9 号",
)
# Longer than a part: it is enclosed piece by piece.
PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 10_000
FIELDS = {"category": "D", "what": WHAT, "fear": FEAR, "answer": "yes"}
FIELDS |= {"official": "no", "exclude": ["market"]}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TAB = "**/referral/sent"
AGE = shutil.which("age")


@pytest.fixture
def tip(sealed_tip, files_live):
    """A tip that was taken up, with a picture that is clean and one that is not."""
    entries = [
        put_file(files_live.app, made.photo_with_gps(), name="我家门口.jpg"),
        put_file(files_live.app, PAPER, name="我的账.pdf", type="application/pdf"),
        put_file(files_live.app, made.photo_with_gps(), name="原件.jpg", state="kept"),
    ]
    found = with_files(sealed_tip, files_live.app, entries, fields=FIELDS)
    with files_live.app.app_context():
        taken = update(Tip).where(Tip.id == found.id).values(status=TipStatus.ACCEPTED)
        db.session.execute(taken)
        db.session.commit()
    return found


def opened(page, files_live, tip):
    page.goto(f"{files_live.desk}/desk/tips/{tip.reference}/referral/")
    page.wait_for_selector("#referral[data-opened]")
    return page


@pytest.fixture
def desk(page, files_live, tip):
    return opened(page, files_live, tip)


def write(page, organ="transport"):
    """Do what a member does before the last press: choose, strike, write, read."""
    page.select_option("#organ", organ)
    body = page.input_value("#letter-body")
    page.fill("#letter-body", body.replace("（是否适用，待核实）", ""))
    page.fill("#letter-from", "示例县公安局")
    page.fill("#letter-reply", "示例县示例路 9 号")
    page.click("#strike-all")
    page.check("#read-whole")


def press(page):
    page.click("#referral-go")


def problem(page):
    expect(page.locator("#referral-problem")).to_be_visible()
    return page.inner_text("#referral-problem")


def by_age(path, passphrase):
    """Open a package as an organ does that has the age program alone; None where it refuses.

    It asks for a passphrase at a terminal, and at nothing else: `script` plays one.
    """
    out = path.with_suffix(".zip")
    done = subprocess.run(
        ["script", "-qec", shlex.join([AGE, "-d", "-o", str(out), str(path)]), "/dev/null"],
        input=f"{passphrase}\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 or "incorrect passphrase" in done.stdout, done.stdout
    return out.read_bytes() if done.returncode == 0 else None


def passphrase_of(page):
    expect(page.locator("#referral-passphrase")).to_be_visible()
    return page.inner_text("#referral-passphrase")


def rows(files_live, tip):
    with files_live.app.app_context():
        return list(db.session.scalars(select(Referral).where(Referral.tip_id == tip.id)))


def test_an_accepted_tip_becomes_a_package_that_opens_by_its_passphrase_and_by_no_other(
    desk, files_live, tip, tmp_path
):
    """staff.md, critical 4: 转办 moved nothing, and staff retyped from the screen."""
    sent, given = [], []
    desk.on("request", lambda one: sent.append(f"{one.url} {one.post_data or ''}"))
    desk.on("download", lambda one: given.append(one))
    # Whom the reporter excluded is not offered, and it is said.
    names = desk.locator("#organ option").all_inner_texts()
    assert "示例县交通运输局" in names
    assert "示例县市场监督管理局" not in names
    assert "示例县市场监督管理局" in desk.inner_text("#organs-excluded")
    # What is not clean cannot be ticked; nothing but the named answers is there.
    assert desk.locator("#referral-files input").count() == 2
    shown = desk.inner_text("#referral-items")
    assert FEAR not in shown
    assert desk.locator(".referral__before mark").count() >= 4

    press(desk)
    assert "请选交给哪个机关" in problem(desk)
    desk.select_option("#organ", "transport")
    press(desk)
    assert "待核实" in problem(desk)
    write(desk)
    for tick in desk.locator("#referral-files input").all():
        tick.check()
    press(desk)
    # Whoever changes something after reading reads again.
    assert "从头到尾看一遍" in problem(desk)
    desk.check("#read-whole")
    desk.route(TAB, lambda route: route.abort())
    # Saved before it is written down; the browser may tell of it later than the page goes on.
    with desk.expect_download():
        press(desk)
    assert "还没有记下" in problem(desk)
    assert desk.locator("#referral-passphrase").count() == 0
    assert rows(files_live, tip) == []
    desk.unroute(TAB)
    press(desk)

    passphrase = passphrase_of(desk)
    [row] = rows(files_live, tip)
    [download] = given
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    sealed = path.read_bytes()
    assert (row.sha256, row.size, row.files) == (
        hashlib.sha256(sealed).hexdigest(),
        len(sealed),
        2,
    )
    assert path.name.startswith(tip.reference)
    files = unzipped(pyrage.passphrase.decrypt(sealed, passphrase))
    other = passphrase[:-1] + ("0" if passphrase[-1] != "0" else "1")
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(sealed, other)
    if AGE:  # Debian's opens what a passphrase locks; hybrid keys it knows from 1.3 on.
        assert unzipped(by_age(path, passphrase)) == files
        assert by_age(path, other) is None
    assert sorted(files) == [
        "files/01.jpg",
        "files/02.pdf",
        "letter.html",
        "manifest.json",
        "manifest.txt",
        "text.txt",
    ]
    number = json.loads(files["manifest.json"])["number"]
    text, letter = files["text.txt"].decode("utf-8-sig"), files["letter.html"].decode()
    for wanted in (number, tip.reference, "每车收 50 元", "〔略〕"):
        assert wanted in text, wanted
        assert wanted in letter, wanted
    for wanted in (
        "示例县交通运输局：",
        "关于移送有关线索的函",
        "示例县公安局",
        "盖章处",
        "回　执",
        "示例路 9 号",
    ):
        assert wanted in letter, wanted
    assert number in desk.inner_text("#referral-done")
    for secret in ("13912345678", "我老婆", "九点半", FEAR, "我家门口", "age1"):
        assert not any(secret in data.decode("utf-8", "replace") for data in files.values())
    assert files["files/02.pdf"] == PAPER
    assert b"Exif" not in files["files/01.jpg"]
    assert set(Image.open(io.BytesIO(files["files/01.jpg"])).size) == {480, 640}
    # The server learns a sum, and neither words nor passphrase.
    assert not any(passphrase in one or "货车" in one for one in sent)

    def opens(typed):
        out = tmp_path / "out"
        return CliRunner().invoke(main, ["open", str(path), "--out", str(out)], input=f"{typed}\n")

    refused = opens("0000-0000-0000-0000-0000-0000")
    assert refused.exit_code == 1
    assert "口令不对" in refused.output
    assert opens(passphrase.replace("-", " ")).exit_code == 0
    assert (tmp_path / "out/files/01.jpg").read_bytes() == files["files/01.jpg"]


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def with_key(page, key):
    """Let the server name a key of the transport bureau, as organs.yml may."""

    def answer(route):
        response = route.fetch()
        text = response.text()
        before, _, after = text.partition('id="referral-data">')
        data, _, rest = after.partition("</script>")
        told = json.loads(data)
        for organ in told["organs"]:
            organ["key"] = key
        route.fulfill(
            response=response,
            body=f'{before}id="referral-data">{json.dumps(told)}</script>{rest}',
        )

    page.route("**/referral/", answer)


def test_sealed_to_an_organs_key_that_was_compared_it_opens_by_that_key_alone(
    page, files_live, tip
):
    identity, other = HybridIdentity.generate(), HybridIdentity.generate()
    with_key(page, str(identity.recipient))
    opened(page, files_live, tip)
    write(page)
    page.check("#lock-key")
    # What two people compare is made of the key that is sealed to, not of a word of the server's.
    printed = page.inner_text("#key-print").replace(" ", "")
    assert hashlib.sha256(str(identity.recipient).encode()).hexdigest()[:32] in printed
    page.check("#read-whole")
    press(page)
    assert "核对公钥" in problem(page)
    page.check("#key-checked")

    with page.expect_download() as waiting:
        # Pressed twice, it is made once.
        page.evaluate("() => [1, 2].forEach(() => document.querySelector('#referral-go').click())")
    expect(page.locator("#referral-done")).to_be_visible()

    page.unroute_all()
    assert [row.lock for row in rows(files_live, tip)] == ["key"]
    sealed = waiting.value.path().read_bytes()
    assert "text.txt" in unzipped(age.open_sealed(sealed, [identity]))
    with pytest.raises(age.NoMatch):
        age.open_sealed(sealed, [other])
    assert page.locator("#referral-passphrase").count() == 0
    # On paper goes the letter for the seal, without the words that are sealed.
    page.emulate_media(media="print")
    assert "关于移送有关线索的函" in page.inner_text("#referral-sheet")
    assert "每车收" not in page.inner_text("#referral-sheet")
    page.emulate_media(media="screen")
    # What left is on record, and opens with the unit's key.
    page.click("#referral-done a")
    page.wait_for_selector("#tip[data-opened]")
    page.click("[data-record]")
    expect(page.locator("[data-record-text]")).to_contain_text("每车收 50 元")
    expect(page.locator("[data-record-text]")).to_contain_text("files")


def test_where_another_letter_took_the_number_nothing_typed_is_lost(
    desk, files_live, tip, sealed_tip
):
    write(desk)
    desk.fill("#out-what", "改写过的话。")
    desk.check("#read-whole")
    taken = take_number(files_live, sealed_tip(files_live.app), tip)

    press(desk)

    assert "作废" in problem(desk)
    assert desk.locator("#referral-passphrase").count() == 0
    assert desk.input_value("#out-what") == "改写过的话。"
    assert rows(files_live, tip) == []
    desk.check("#read-whole")
    press(desk)
    passphrase_of(desk)
    assert [row.serial for row in rows(files_live, tip)] == [taken + 1]


def take_number(files_live, other, tip):
    """Let another tip's package have the next number of the unit."""
    with files_live.app.app_context():
        year = today().year
        serial = next_serial(db.session, tip.unit_id, year)
        facts = {"unit_id": tip.unit_id, "year": year, "serial": serial, "number": 1}
        facts |= {"organ": "market", "lock": "paper", "sha256": "0" * 64, "size": 1, "files": 0}
        made_by = {"made_by": "police-2", "made_on": today()}
        db.session.add(Referral(tip_id=other.id, **facts, **made_by))
        db.session.commit()
    return serial


def test_on_paper_is_what_was_written_down_and_nothing_before(desk, files_live, tip):
    desk.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1 } }")
    write(desk)
    desk.check("#lock-paper")
    expect(desk.locator("#no-files-on-paper")).to_be_visible()
    desk.check("#read-whole")
    desk.emulate_media(media="print")
    assert "每车收" not in desk.inner_text("body")
    desk.emulate_media(media="screen")

    press(desk)

    expect(desk.locator("#referral-done")).to_be_visible()
    assert desk.evaluate("window.printed") == 1
    assert [row.lock for row in rows(files_live, tip)] == ["paper"]
    # A sheet that jams is printed again, without a second number.
    desk.evaluate("dispatchEvent(new Event('afterprint'))")
    desk.get_by_role("button", name="再打印一次").click()
    assert desk.evaluate("window.printed") == 2
    desk.emulate_media(media="print")
    paper = desk.inner_text("body")
    for wanted in ("关于移送有关线索的函", "每车收 50 元", "回　执", "盖章处"):
        assert wanted in paper, wanted
    assert "13912345678" not in paper
    for one in desk.locator("button, input, select, textarea, nav").all():
        assert not one.is_visible()
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    desk.pdf(path=folder / "referral.pdf", format="A4")
    desk.emulate_media(media="screen")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_has_no_barrier_and_fits_the_screen(desk, width):
    desk.set_viewport_size({"width": width, "height": 900})
    write(desk)

    assert faults(desk) == []
    assert desk.evaluate(SIDEWAYS) <= 1
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    desk.screenshot(path=folder / f"referral-{width}.png", full_page=True)


def test_a_find_is_struck_and_put_back_by_the_keyboard_alone(desk):
    item = desk.locator(".referral__item", has=desk.locator("#out-what"))
    buttons = item.locator(".referral__marks button")
    before = buttons.count()
    buttons.first.focus()
    desk.keyboard.press("Enter")

    assert "〔略〕" in desk.input_value("#out-what")
    assert desk.evaluate("document.activeElement.closest('.referral__marks') !== null")
    item.get_by_role("button", name="恢复原文").press("Enter")
    assert desk.input_value("#out-what") == WHAT
    assert buttons.count() == before
    assert item.locator(".referral__before").inner_text() == WHAT


def test_what_was_struck_and_written_outlives_a_lock(desk, files_live, demo):
    write(desk)
    desk.uncheck("[data-draft=goes-place]")
    struck = desk.input_value("#out-what")

    desk.click("#desk-lock button")
    desk.wait_for_url("**/desk/unlock")
    desk.fill("#passphrase", demo["police-1"].passphrase)
    desk.fill("#code", demo["police-1"].code)
    desk.click("#unlock button[type=submit]")
    desk.wait_for_selector("#referral[data-opened]")

    assert "〔略〕" in struck
    assert desk.input_value("#out-what") == struck
    assert desk.input_value("#letter-reply") == "示例县示例路 9 号"
    assert desk.input_value("#organ") == "transport"
    assert not desk.is_checked("[data-draft=goes-place]")
    # Whoever comes back reads again.
    assert not desk.is_checked("#read-whole")
