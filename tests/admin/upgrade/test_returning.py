"""Back by hand some days later, the versions that are kept, and further nodes."""

from contextlib import nullcontext

import pytest

from admin.upgrade.back import OthersServe
from admin.upgrade.checking import Refused
from admin.upgrade.commands import ALONE, LOSES, STOPPED, Operating
from admin.upgrade.returning import Returning
from tests.admin.upgrade.small import NEW_CONTENT, Served, Small


@pytest.fixture
def answers(monkeypatch):
    """What the operator types, in turn; nothing else is asked."""
    typed = []
    monkeypatch.setattr("click.prompt", lambda *_, **__: typed.pop(0))
    monkeypatch.setattr("click.confirm", lambda *_, **__: typed.pop(0))
    yield typed
    assert typed == []


def test_back_from_a_migrated_version_says_what_is_lost_and_restores_the_backup(
    upgrade, operating, small, served, answers, capsys
):
    upgrade()
    db = small.places.data / "db"
    db.write_text(db.read_text() + "since\n")
    (small.places.content / "law.md").write_text("our law\n")
    answers += [LOSES, "AGE-SECRET-KEY"]

    operating.back(yes=False)

    assert "升级以后的 1 条线索会没有" in capsys.readouterr().out
    assert db.read_text() == "0019\none\ntwo\n"
    assert (small.places.content / "index.md").read_text() == "old home\n"
    assert (small.places.content / "law.md").read_text() == "our law\n"
    assert (small.places.content / "data/footer.yml").read_text() == "our footer\n"
    assert small.places.current.readlink().name == served.started[-1] == "0.1.0"
    names = sorted(path.name.split("-2")[0] for path in small.places.backups.iterdir())
    assert names == ["before-0.2.0", "before-return-0.2.0"]
    with pytest.raises(Refused, match="没有可以退回的"):
        operating.back(yes=True)


@pytest.mark.parametrize(("typed", "form"), [("好的", "0021"), (STOPPED, "0019")])
def test_days_later_no_backup_is_put_back_while_other_nodes_may_serve(
    upgrade, operating, small, served, answers, capsys, typed, form
):
    small.configure(served.port, nodes=2)
    upgrade()
    answers += [LOSES, typed, *["AGE-SECRET-KEY"] * (typed == STOPPED)]

    with nullcontext() if typed == STOPPED else pytest.raises(Refused, match="没有照抄"):
        operating.back(yes=True)

    assert "别的服务器要是收过线索，退回会丢掉" in capsys.readouterr().out
    assert (small.places.data / "db").read_text() == f"{form}\none\ntwo\n"


def test_nobody_goes_back_past_that_question(upgrade, operating, small, served):
    small.configure(served.port, nodes=2)
    upgrade()
    made = Returning(operating.installation, served, operating._last(), print)

    with pytest.raises(OthersServe):
        made.run()

    assert small.places.current.readlink().name == "0.2.0"


def test_back_to_a_version_of_the_same_database_loses_nothing(tmp_path, key, upgrade_of, capsys):
    small, operating = upgrade_of(Small(tmp_path, key, database="0019"))
    db = small.places.data / "db"
    db.write_text(db.read_text() + "since\n")

    operating.back(yes=True)

    assert "都在" in capsys.readouterr().out
    assert db.read_text() == "0019\none\ntwo\nsince\n"
    assert small.places.current.readlink().name == "0.1.0"


@pytest.fixture
def halfway(upgrade, small, served):
    """A faulty upgrade on one of two nodes; whether the other served meanwhile, nobody knows."""
    small.configure(served.port, nodes=2)
    served.failing.add("0.2.0")
    with pytest.raises(Refused, match="没有自动退回：别的服务器可能收了线索"):
        upgrade()
    served.failing.clear()
    served.server.status = 200


def test_beside_other_nodes_no_copy_is_put_back_by_itself_and_the_way_forward_stays(
    halfway, operating, small, served
):
    assert (small.places.data / "db").read_text() == "0021\none\ntwo\n"
    assert served.started == ["0.1.0", "0.2.0"]

    operating.resume()

    assert (small.places.data / "db").read_text() == "0021\none\ntwo\n"
    assert small.places.current.readlink().name == "0.2.0"


@pytest.mark.parametrize(("typed", "form"), [("好的", "0021"), (ALONE, "0019")])
def test_beside_other_nodes_a_copy_is_put_back_once_somebody_says_that_none_served(
    halfway, operating, small, answers, typed, form
):
    answers.append(typed)

    with nullcontext() if typed == ALONE else pytest.raises(Refused, match="没有照抄"):
        operating.back(yes=True)

    assert (small.places.data / "db").read_text() == f"{form}\none\ntwo\n"


@pytest.fixture
def upgrade_of(served_by):
    """Bring an installation to its new version; gives it, and its operator."""

    def act(small):
        operating = served_by(small)
        operating.upgrade(small.file, unsigned=False, force=False, yes=True, node_only=False)
        return small, operating

    return act


@pytest.fixture
def served_by():
    open_ones = []

    def act(small):
        served = Served(small.places)
        open_ones.append(served)
        small.configure(served.port)
        served.start(["dengshao.service"])
        return Operating(small.places, served, seconds=0)

    yield act
    for served in open_ones:
        served.close()


def test_without_the_sentence_nothing_is_taken_back(upgrade, operating, small, answers):
    upgrade()
    after = small.picture()
    answers += ["好的"]

    with pytest.raises(Refused, match="没有照抄"):
        operating.back(yes=True)

    assert small.picture() == after


def test_two_old_versions_are_kept_and_older_ones_cleaned_away(upgrade, operating, small, key):
    for version in ("0.2.0", "0.3.0", "0.4.0"):
        file = small.release(version, NEW_CONTENT, key=key) if version != "0.2.0" else small.file
        upgrade(file=file)

    operating.clean()

    names = sorted(path.name for path in small.places.versions.iterdir())
    assert names == ["0.2.0", "0.3.0", "0.4.0"]


def test_a_further_node_leaves_the_database_alone_and_waits_for_the_first(upgrade, small, served):
    with pytest.raises(Refused, match="数据库还没有升级"):
        upgrade(node_only=True)
    db = small.places.data / "db"
    db.write_text("0021\none\n")

    upgrade(node_only=True)

    assert db.read_text() == "0021\none\n"
    assert list(small.places.backups.iterdir()) == []
    assert served.started[-1] == "0.2.0"
