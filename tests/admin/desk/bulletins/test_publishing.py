"""A 通报 comes out between the thirtieth and the sixtieth day; which one is nowhere before."""

import secrets
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from threading import Barrier

import pytest
import yaml
from flask.cli import ScriptInfo
from sqlalchemy import select, text, update

from admin.audit.log import AuditEvent
from admin.commands.running import bulletins
from admin.config import ROOT
from admin.db import db, set_today
from admin.desk.bulletins import publishing
from admin.desk.bulletins.place import publishes_here
from admin.desk.bulletins.publishing import FIRST, LAST, is_the_day, page_of
from admin.models import Base, Bulletin
from admin.serving.blurring import blur
from tests.support import stands_in_store

from .conftest import BODY, TITLE

AGREED = date(2027, 1, 1)


@pytest.fixture
def day():
    """Go to a day so many after the agreement."""
    yield lambda days: set_today(AGREED + timedelta(days=days))
    set_today(None)


@pytest.fixture
def environ(environ, tmp_path):
    """The district's content is this test's own: files are written into it."""
    for name in ("data", "news"):
        shutil.copytree(ROOT / "content" / name, tmp_path / "content" / name)
    return environ | {"DENGSHAO_CONTENT": str(tmp_path / "content")}


@pytest.fixture
def news(config):
    return config.content / "news"


@pytest.fixture
def agreed(app):
    """Keep texts that were agreed to; gives their slugs."""

    def keep(count=1, **values):
        rows = [
            Bulletin(
                unit_id="police",
                month="2027-01",
                by="police-1",
                agreed_by="police-head",
                **(
                    {
                        "slug": secrets.token_hex(4),
                        "agreed_on": AGREED,
                        "title": TITLE,
                        "body": BODY,
                    }
                    | values
                ),
            )
            for _ in range(count)
        ]
        slugs = [row.slug for row in rows]
        with app.app_context():
            db.session.add_all(rows)
            db.session.commit()
        return slugs

    return keep


@pytest.fixture
def publish(app):
    def published(*options):
        done = app.test_cli_runner().invoke(
            bulletins, ["publish", *options], obj=ScriptInfo(create_app=lambda: app)
        )
        assert done.exit_code == 0, done.output
        return done.output

    return published


def left(app):
    with app.app_context():
        return [row.slug for row in db.reading.scalars(select(Bulletin))]


def written(news):
    return sorted(path.name for path in news.glob("*-bulletin-*.md"))


def test_each_of_the_31_days_is_as_likely_as_any_other(monkeypatch):
    chances, before = {}, Fraction(1)
    for age in range(LAST + 2):
        asked = []
        monkeypatch.setattr(secrets, "randbelow", lambda most, asked=asked: asked.append(most) or 0)
        if is_the_day(AGREED, AGREED + timedelta(days=age)):
            chance = Fraction(1, asked[0]) if asked else Fraction(1)
            chances[age] = before * chance
            before *= 1 - chance
    assert (FIRST, LAST) == (30, 60)
    assert {age: chance for age, chance in chances.items() if chance} == {
        age: Fraction(1, 31) for age in range(30, 61)
    }


def test_the_days_that_are_drawn_lie_between_and_are_many():
    drawn = Counter(
        next(age for age in range(99) if is_the_day(AGREED, AGREED + timedelta(days=age)))
        for _ in range(600)
    )
    assert set(drawn) <= set(range(30, 61))
    # Fewer than 20 of 31 days in 600 draws: not in the age of the world.
    assert len(drawn) > 20


def test_runs_day_by_day_publish_each_text_once_within_its_days(app, agreed, news, day, publish):
    slugs, seen = agreed(6), {}
    for days in (29, 30, 40, 50, 60):
        day(days)
        before = set(written(news))
        publish()
        seen |= dict.fromkeys(set(written(news)) - before, days)
        if days == 50:
            # A second run of the day draws nothing anew.
            publish()
            assert set(written(news)) == set(seen)

    assert left(app) == []
    assert sorted(name[-11:-3] for name in seen) == sorted(slugs)
    assert 29 not in seen.values()
    for name, days in seen.items():
        assert name.startswith((AGREED + timedelta(days=days)).isoformat())


def test_before_it_comes_the_day_stands_in_no_row_no_line_and_on_no_page(
    app, agreed, day, publish, sign_in, monkeypatch
):
    desk = sign_in("police-head")
    monkeypatch.setattr(secrets, "randbelow", lambda most: most - 1)
    agreed()
    day(45)
    assert publish() == "公布：没有。\n满一年撤下：没有。\n"

    with app.app_context():
        rows = {
            table.name: db.reading.execute(select(table)).all()
            for table in Base.metadata.sorted_tables
        }
        acts = [row.act for row in db.reading.scalars(select(AuditEvent))]
    held = repr(rows["bulletin"])
    days = [AGREED + timedelta(days=age) for age in range(30, 61)]
    # That it was looked today is all: today is no day of it.
    assert [one for one in days if repr(one) in held] == [AGREED + timedelta(days=45)]
    assert "bulletin_published" not in acts
    set_today(None)
    page = desk.get("/desk/bulletins/").text
    assert TITLE in page
    assert not [one for one in days if one.isoformat() in page]


def test_what_is_public_stands_in_no_file_of_the_store(app, agreed, day, publish, database):
    if database != "sqlite":
        pytest.skip("its files are the server's")
    agreed()
    with app.app_context():
        path = Path(db.engine.url.database)

    def is_there():
        return stands_in_store(path, BODY.encode())

    assert is_there()

    day(60)
    publish()

    assert not is_there()


def test_a_page_of_the_news_holds_the_words_and_what_the_build_asks_for(
    app, agreed, news, day, publish
):
    [slug] = agreed(title="示例镇,查处", body="甲乙两处:收费1,500元。\n\n  已经退还(全部)!\n")
    day(60)
    publish()

    [name] = written(news)
    assert name == f"2027-03-02-bulletin-{slug}.md"
    head, words = (news / name).read_text("utf-8").split("---\n", 2)[1:]
    assert yaml.safe_load(head) == {
        "short": "办结通报",
        "description": "办结通报：示例镇，查处",
        "keywords": ["办结通报"],
        "date": date(2027, 3, 2),
        "reviewed": date(2027, 3, 2),
    }
    assert words.splitlines()[:5] == [
        *("# 办结通报：示例镇，查处", "", "甲乙两处：收费1,500元。", "", "已经退还（全部）！"),
    ]
    assert (news / name).stat().st_mode & 0o777 == 0o644
    with app.app_context():
        last = db.reading.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
        assert (last.act, last.by, last.detail, last.reference) == (
            "bulletin_published",
            "-",
            "",
            None,
        )


def test_what_a_broken_run_left_is_not_published_twice(app, agreed, news, day, publish):
    [slug] = agreed()
    day(60)
    publish()
    [name] = written(news)
    agreed(slug=slug)
    day(61)

    assert "公布：没有" in publish()
    assert written(news) == [name]
    assert left(app) == []


def test_where_the_folder_takes_nothing_the_text_waits_and_is_written_later(
    app, agreed, news, day, publish
):
    [slug] = agreed()
    day(60)
    kept = news.rename(news.with_name("kept"))
    done = app.test_cli_runner().invoke(
        bulletins, ["publish"], obj=ScriptInfo(create_app=lambda: app)
    )
    assert (done.exit_code, "写不进去" in done.output) == (1, True)
    assert left(app) == [slug]
    kept.rename(news)

    publish()

    assert written(news)[0].endswith(f"{slug}.md")
    assert left(app) == []


def test_what_the_list_refuses_by_now_is_not_published_and_must_be_agreed_to_anew(
    app, agreed, news, day, publish
):
    agreed(body=BODY + "张三。")
    day(60)
    publish()

    assert written(news) == []
    with app.app_context():
        row = db.reading.scalars(select(Bulletin)).one()
        assert (row.agreed_on, row.agreed_by) == (None, None)
        acts = db.reading.scalars(select(AuditEvent.act).order_by(AuditEvent.number)).all()
    assert acts[-1] == "bulletin_held"


def test_what_nobody_agrees_to_goes_after_three_months_and_what_is_agreed_stays(
    app, agreed, day, publish
):
    agreed(agreed_on=None)
    [kept] = agreed()
    for days, count in ((0, 2), (10, 2), (29, 2)):
        day(days)
        publish()
        assert len(left(app)) == count
    with app.app_context():
        db.session.execute(update(Bulletin).values(agreed_on=None))
        db.session.execute(
            update(Bulletin).where(Bulletin.slug == kept).values(agreed_on=date(2027, 5, 1))
        )
        db.session.commit()
    for last, count in ((date(2027, 4, 30), 2), (date(2027, 5, 1), 1)):
        set_today(last)
        publish()
        assert len(left(app)) == count
    assert left(app) == [kept]


def test_after_a_year_it_is_taken_down_and_no_other_news(app, agreed, news, day, publish):
    others = {path.name for path in news.glob("*.md")}
    agreed()
    day(60)
    publish()
    [name] = written(news)
    day(60 + 364)
    publish()
    assert written(news) == [name]
    day(60 + 365)

    assert name in publish()

    assert {path.name for path in news.glob("*.md")} == others


def test_the_page_is_made_of_the_rows_words_alone():
    row = Bulletin(slug="0" * 8, unit_id="police", month="2027-01", by="police-1", title=TITLE)
    row.body, row.agreed_by, row.agreed_on = BODY, "police-head", AGREED
    page = page_of(row, date(2027, 3, 1))

    assert BODY in page
    for hidden in ("police", "2027-01", "000000"):
        assert hidden not in page
    assert publishing._FILE.fullmatch("2027-03-01-bulletin-00000000.md")


def test_of_two_machines_one_publishes_until_the_other_is_told_to(
    app, config, agreed, news, day, publish
):
    own = config.data / "bulletins-place"
    day(1)
    publish()
    agreed(2)
    day(LAST)
    first = own.read_text("ascii")
    # What another machine has in its place.
    own.write_text("ab" * 16, "ascii")
    assert "另一台机器公布，这台没有做" in publish()
    assert (written(news), len(left(app))) == ([], 2)

    assert "公布：20" in publish("--here")
    assert (len(written(news)), left(app)) == (2, [])
    own.write_text(first, "ascii")
    assert "另一台机器公布，这台没有做" in publish()


def test_of_two_machines_that_run_for_the_first_time_at_once_one_publishes(app, tmp_path):
    folders = [tmp_path / name for name in "abcd"]
    gate = Barrier(len(folders))

    def run(folder):
        folder.mkdir()
        with app.app_context():
            gate.wait(60)
            is_here = publishes_here(db.session, folder)
            db.session.commit()
            return is_here

    with ThreadPoolExecutor(len(folders)) as pool:
        assert sorted(pool.map(run, folders)) == [False, False, False, True]


def test_where_the_folder_of_data_takes_no_file_nothing_is_published(
    app, config, agreed, news, day
):
    agreed()
    day(LAST)
    (config.data / "bulletins-place").mkdir()
    done = app.test_cli_runner().invoke(
        bulletins, ["publish"], obj=ScriptInfo(create_app=lambda: app)
    )
    assert (done.exit_code, written(news)) == (1, [])
    assert "写不进去（IsADirectoryError）。什么都没有公布。" in done.output


def test_a_sweep_leaves_no_trace_of_which_act_wrote_which_text(app, agreed, database):
    for _ in range(4):
        agreed()
    with app.app_context():
        blur(db.session, Bulletin)
        if database == "postgresql":
            rows = db.reading.execute(text("SELECT id, xmin::text, ctid::text FROM bulletin"))
            ids, acts, places = zip(*rows, strict=True)
            assert len(set(acts)) == 1
            assert set(places) == {f"(0,{number})" for number in range(1, 5)}
        else:
            # The random key is the row's number itself: it lies where that says.
            rows = db.reading.execute(text("SELECT id, rowid FROM bulletin NOT INDEXED")).all()
            assert all(key == number for key, number in rows)
            ids = [key for key, _number in rows]
        assert list(ids) == sorted(ids)
        # Nobody's open form is outdated by it.
        assert set(db.reading.scalars(select(Bulletin.version))) == {1}
