"""A 通报 in Chromium: written, checked, compared with a tip, agreed to by another, published."""

import shutil
from datetime import timedelta

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import select

from admin.commands.running import bulletins
from admin.config import ROOT
from admin.db import db, set_today, today
from admin.models import Bulletin, Member
from tests.axe import broken_rules
from tests.signing_in import cleared, signed_in

from .conftest import BODY, TITLE

pytestmark = pytest.mark.browser

TOLD = "桥头有人拦路收过路费，一次五十。"


@pytest.fixture
def two(live, visit, demo):
    """The writer, and a head of the unit, each in a browser of their own."""
    with live.app.app_context():
        for name, role in (("police-1", "analyst"), ("police-2", "reviewer")):
            row = db.session.scalars(select(Member).filter_by(name=demo[name].name)).one()
            row.roles = [role]
        db.session.commit()
    sizes = ({"width": 360, "height": 800}, {"width": 1280, "height": 900})
    return [
        signed_in(visit(viewport=size), live, demo[name])
        for size, name in zip(sizes, ("police-1", "police-2"), strict=True)
    ]


@pytest.fixture
def content(live, tmp_path):
    """News of this test's own beside the district's data."""
    for name in ("data", "news"):
        shutil.copytree(ROOT / "content" / name, tmp_path / "content" / name)
    object.__setattr__(live.app.extensions["dengshao"].config, "content", tmp_path / "content")
    yield tmp_path / "content"
    set_today(None)


def faults(page):
    return broken_rules(page)


def found(page):
    return page.inner_text("#bulletin-found")


def send(page):
    page.click("#bulletin-form button.button:has-text('交给另一位负责人')")


def test_from_the_first_word_to_the_file_of_the_news(live, two, sealed_tip, content):
    writer, head = two
    sent = []
    writer.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    tip = sealed_tip(live.app, what=TOLD)
    cleared(writer_at(writer, live, f"tips/{tip.reference}", "#tip"))
    sent.clear()
    writer_at(writer, live, "bulletins/new", "#bulletin[data-opened]")

    writer.fill("#bulletin-title", "张三拦路收费")
    writer.fill("#bulletin-body", "2026年11月5日，有人拦路收过路费。几个人受了处罚，钱已经退还。")
    assert "「张三」：人名。写“一名男子”" in found(writer)
    assert "「2026年11月5日」：日期太细。只写到月" in found(writer)
    writer.check("#bulletin-form [name=harm]")
    writer.check("#bulletin-form [name=asked]")
    send(writer)
    writer.wait_for_selector("#bulletin-form [data-error]:has-text('还有要改的')")
    writer.fill("#bulletin-title", TITLE)
    writer.fill("#bulletin-body", "2026年下半年，有人拦路收过路费。几个人受了处罚，钱已经退还。")
    assert found(writer) == "清单上的都没有。"
    send(writer)
    writer.wait_for_selector("#bulletin-form [data-error]:has-text('请先和写到这件事的线索比对')")

    writer.fill("#bulletin-reference", tip.reference.lower())
    writer.click("#bulletin-compare")
    writer.wait_for_selector("#bulletin-found:has-text('「有人拦路收过路费」和线索里的话一样')")
    assert "比对过 1 条" in writer.inner_text("#bulletin-compared")
    send(writer)
    writer.wait_for_selector("#bulletin-form [data-error]:has-text('还有要改的')")
    assert faults(writer) == []
    writer.fill("#bulletin-body", BODY)
    assert found(writer) == "清单上的都没有。"
    with writer.expect_navigation():
        send(writer)
    writer.wait_for_selector(f".card:has-text('{TITLE}'):has-text('等另一位负责人答')")
    # Of the tip the server saw that it was opened, as always, and no word of it, or of the number.
    # (The tip's own page, left a moment ago, may still be telling its mark.)
    about = [one for one in sent if tip.reference in one and "/mark {" not in one]
    assert [one.split("?")[0].rsplit("/", 1)[1] for one in about] == ["sealed.json"]
    assert not [one for one in sent if "桥头" in one or "%E6%A1%A5" in one]

    writer_at(head, live, "bulletins/", "h1")
    head.click(f"a:has-text('{TITLE}')")
    head.wait_for_selector("#bulletin[data-opened]")
    assert faults(head) == []
    head.check("#bulletin-answer [value=yes]")
    head.click("#bulletin-answer button")
    head.wait_for_selector("#bulletin-answer .field__error:has-text('同类的事只有一件')")
    head.check("#bulletin-answer [name=many]")
    with head.expect_navigation():
        head.click("#bulletin-answer button")
    head.wait_for_selector(f".card:has-text('{TITLE}'):has-text('已经同意，等着公布')")

    day = today() + timedelta(days=60)
    set_today(day)
    runner = live.app.test_cli_runner()
    runner.invoke(bulletins, ["publish"], obj=ScriptInfo(create_app=lambda: live.app))
    [path] = (content / "news").glob("*-bulletin-*.md")
    assert path.name.startswith(day.isoformat())
    assert f"# 办结通报：{TITLE}\n\n{BODY}\n" in path.read_text("utf-8")
    with live.app.app_context():
        assert db.reading.scalars(select(Bulletin)).all() == []


def writer_at(page, live, path, waited):
    page.goto(f"{live.desk}/desk/{path}")
    page.wait_for_selector(waited)
    return page


def test_a_lock_takes_what_was_compared_and_keeps_what_was_typed(live, two, sealed_tip):
    writer, _head = two
    tip = sealed_tip(live.app, what=TOLD)
    cleared(writer_at(writer, live, f"tips/{tip.reference}", "#tip"))
    writer_at(writer, live, "bulletins/new", "#bulletin[data-opened]")
    writer.fill("#bulletin-body", TOLD)
    writer.fill("#bulletin-reference", tip.reference)
    writer.click("#bulletin-compare")
    writer.wait_for_selector("#bulletin-found:has-text('和线索里的话一样')")

    writer.click("#desk-lock button")
    writer.wait_for_url("**/desk/unlock")

    assert "桥头" not in writer.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    with live.app.app_context():
        assert db.reading.scalars(select(Bulletin)).all() == []
