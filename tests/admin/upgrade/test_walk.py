"""An upgrade through all its steps; cut off at each of them, it ends either way."""

import json

import pytest

from admin.upgrade import content
from admin.upgrade.back import Backward
from admin.upgrade.checking import Refused
from admin.upgrade.forward import Forward
from admin.upgrade.journal import ORDER, Journal, Step
from tests.admin.upgrade.small import NEW_CONTENT, journal_of

AFTER = {
    "srv/dengshao/content/index.md": b"new home\n",
    "srv/dengshao/content/law.md": b"new law\n",
    "srv/dengshao/content/added/page.md": b"new page\n",
    "srv/dengshao/content/own.md": b"our page\n",
    "srv/dengshao/content/data/footer.yml": b"our footer\n",
    "srv/dengshao/content/data/footer.yml.dengshao-new": b"new footer\n",
    "srv/dengshao/content/data/schema/footer.json": b'{"new": 1}',
    "srv/dengshao/content/data/units.yml": b"old units\n",
    "srv/dengshao/site/index.html": b"new home\nnew law\nour page\n",
    "var/lib/dengshao/db": b"0021\none\ntwo\n",
}


class Killed(BaseException):
    """The power fails."""


def upgraded(small, served):
    found = small.picture()
    assert found["current"] == "versions/0.2.0"
    mine = {name: data for name, data in found.items() if name.startswith(("srv", "var"))}
    assert mine == AFTER
    assert served.started[-1] == "0.2.0"
    assert left(small) == ["last.json", "lock", "upgrade.log"]


def left(small):
    """What an upgrade leaves behind of its own."""
    work = small.places.current.with_name("upgrade")
    assert not work.with_name("rehearsal").exists()
    return sorted({path.name for path in work.iterdir()} | {"lock"})


def test_an_upgrade_takes_the_new_words_keeps_the_districts_own_and_serves(
    upgrade, small, served, capsys
):
    upgrade()

    upgraded(small, served)
    said = capsys.readouterr().out
    assert "新的说明" in said
    assert "旧的说明" not in said
    assert "数据库要升级：0019 → 0021" in said
    assert "！！data/footer.yml：格式变了" in said
    assert "请看：data/footer.yml.dengshao-new" in said
    (backup,) = small.places.backups.iterdir()
    assert backup.read_bytes() == b"0019\none\ntwo\n"


# Units that systemd has of both versions' (a.service, and b.timer that the new one brings); what is
# said of them.
UNITS = [
    (["a.service"], "还没有放好，不会自己运行：b.timer。"),
    ([], "还没有放好，不会自己运行：a.service、b.timer。"),
    (["a.service", "b.timer"], "服务文件或者 nginx 的配置有新的。"),
]


@pytest.mark.parametrize(("there", "told"), UNITS)
def test_a_unit_that_no_setup_has_put_in_place_is_named_with_what_does(
    upgrade, small, served, key, capsys, there, told
):
    small.places.units.mkdir(parents=True)
    for name in there:
        (small.places.units / name).write_text("")
    file = small.release("0.2.0", NEW_CONTENT, key=key, sign_with=key, units=("b.timer",))

    upgrade(file=file)

    said = capsys.readouterr().out
    assert told in said
    assert f"dengshao setup --answers {small.places.answers}" in said


@pytest.mark.parametrize("way", ["resume", "back"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ORDER)
def test_cut_off_at_any_step_it_is_resumed_or_taken_back_to_the_byte(
    upgrade, operating, small, served, monkeypatch, step, moment, way
):
    before = small.picture()
    kill_at(monkeypatch, step, moment)
    with pytest.raises(Killed):
        upgrade()
    monkeypatch.undo()

    if way == "resume":
        operating.resume()
        upgraded(small, served)
    else:
        operating.back(yes=True)
        assert small.picture() == before
        assert served.started[-1] == "0.1.0"
        assert left(small) == ["last.json", "lock", "upgrade.log"]


def kill_at(monkeypatch, step, moment):
    """Let the power fail when a step has been written down, or when it has been taken."""
    acts = Forward._acts.fget

    def dying(self):
        def act():
            if moment == "after":
                acts(self)[step]()
            raise Killed

        return acts(self) | {step: act}

    monkeypatch.setattr(Forward, "_acts", property(dying))


@pytest.mark.parametrize("act", ["apply", "put_back"])
def test_cut_off_in_the_middle_of_the_words_it_goes_back_to_the_byte(
    upgrade, operating, small, monkeypatch, act
):
    before = small.picture()
    put, done = content._put, []

    def dying(target, source):
        if act == "put_back" and "content/index.md" not in str(source):
            return put(target, source)
        done.append(put(target, source))
        if len(done) == 2 or act == "put_back":
            raise Killed
        return None

    if act == "put_back":
        kill_at(monkeypatch, Step.HEALTH, "before")
        with pytest.raises(Killed):
            upgrade()
        monkeypatch.undo()
    monkeypatch.setattr(content, "_put", dying)
    with pytest.raises(Killed):
        operating.back(yes=True) if act == "put_back" else upgrade()
    monkeypatch.undo()

    operating.back(yes=True)

    assert small.picture() == before


def test_cut_off_while_it_tidies_up_after_going_back_it_puts_nothing_back_twice(
    upgrade, operating, small, monkeypatch
):
    before = small.picture()
    kill_at(monkeypatch, Step.START, "before")
    with pytest.raises(Killed):
        upgrade()
    monkeypatch.undo()
    monkeypatch.setattr(Journal, "close", lambda *_: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        operating.back(yes=True)
    monkeypatch.undo()

    operating.back(yes=True)

    assert small.picture() == before


def test_a_version_that_does_not_come_up_gives_way_to_the_old_one_by_itself(
    upgrade, small, served, capsys
):
    before = small.picture()
    served.failing.add("0.2.0")

    with pytest.raises(Refused, match=r"已退回 0\.1\.0"):
        upgrade()

    assert small.picture() == before
    assert served.started == ["0.1.0", "0.2.0", "0.1.0"]
    assert "/tip/ 应答 500" in capsys.readouterr().out
    assert journal_of(small)["state"] == "went back"


def test_what_came_while_a_faulty_version_was_up_is_lost_by_no_way_back_of_its_own(
    upgrade, operating, small, served
):
    """A reporter was told 已收到: the copy for the way back is older than that."""
    served.failing.add("0.2.0")
    served.arriving["0.2.0"] = "three\n"

    with pytest.raises(Refused, match=r"没有退回：启动以后又收到 1 条"):
        upgrade()

    found = small.picture()
    assert found["var/lib/dengshao/db"] == b"0021\none\ntwo\nthree\n"
    assert found["current"] == "versions/0.2.0"
    assert served.started == ["0.1.0", "0.2.0", "0.2.0"]
    assert left(small) == ["last.json", "lock", "upgrade.log"]
    # By hand it can be left still: what is lost is counted, and has to be typed.
    assert operating._last().new == "0.2.0"


def test_cut_off_while_a_faulty_version_was_up_it_keeps_what_came(
    upgrade, operating, small, served, monkeypatch
):
    served.arriving["0.2.0"] = "three\n"
    monkeypatch.setattr("admin.upgrade.health.wait", fail)
    with pytest.raises(Killed):
        upgrade()
    monkeypatch.undo()

    with pytest.raises(Refused, match=r"没有退回"):
        operating.back(yes=True)

    assert small.picture()["var/lib/dengshao/db"] == b"0021\none\ntwo\nthree\n"


def fail(*_words):
    raise Killed


def test_words_that_the_new_version_cannot_read_stop_it_before_anything_is_stopped(
    upgrade, small, served
):
    (small.places.content / "data/units.yml").write_text("broken\n")
    before = small.picture()

    with pytest.raises(Refused, match="upgrade-part"):
        upgrade()

    assert small.picture() == before
    assert served.started == ["0.1.0"]


def test_a_text_that_the_district_has_made_of_both_is_put_in_place(upgrade, small):
    (small.places.content / "data/footer.yml.dengshao-merged").write_text("both\n")

    upgrade()

    footer = small.places.content / "data/footer.yml"
    assert footer.read_text() == "both\n"
    assert [path.name for path in footer.parent.glob("footer.yml*")] == ["footer.yml"]


def test_nothing_is_begun_while_another_upgrade_is_half_done(
    upgrade, operating, monkeypatch, small
):
    kill_at(monkeypatch, Step.MIGRATE, "after")
    with pytest.raises(Killed):
        upgrade()
    monkeypatch.undo()

    for act in (upgrade, operating.clean):
        with pytest.raises(Refused, match="--resume 或者 --back"):
            act()
    # The service must not start by itself between two versions.
    assert (small.places.current.with_name("upgrade") / "half").exists()


def test_what_has_begun_to_go_back_cannot_go_forward_again(
    upgrade, operating, small, served, monkeypatch
):
    served.failing.add("0.2.0")
    monkeypatch.setattr(Backward, "_start_old", lambda _self: kill())
    with pytest.raises(Killed):
        upgrade()
    monkeypatch.undo()

    with pytest.raises(Refused, match="不能再往前"):
        operating.resume()
    operating.back(yes=True)

    assert json.loads((small.places.current.with_name("upgrade") / "last.json").read_text())


def kill():
    raise Killed


def asked_as(small):
    """Which parts were asked of a version's program with the owner's address."""
    lines = (small.root / "asked").read_text().splitlines()
    return [line.removesuffix(" owner").strip() for line in lines if line.endswith(" owner")]


def test_where_the_tables_are_another_logins_nothing_is_stopped_without_its_address(
    upgrade, small, served
):
    (small.root / "apart").touch()
    with pytest.raises(Refused, match="upgrade-part"):
        upgrade()

    assert served.started == ["0.1.0"]
    assert left(small) == ["last.json", "lock", "upgrade.log"]


def test_the_owners_address_of_this_command_alone_changes_the_tables_and_goes_back(
    upgrade, small, served, monkeypatch
):
    (small.root / "apart").touch()
    monkeypatch.setenv("DENGSHAO_DATABASE_URL", "owner")
    monkeypatch.setattr(Forward, "_content", lambda _self: (_ for _ in ()).throw(OSError("full")))

    with pytest.raises(Refused, match="已退回"):
        upgrade()

    assert asked_as(small) == ["upgrade-part owner", "migrate", "upgrade-part restore"]
