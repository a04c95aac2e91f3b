"""An hour is opened for a lawful request alone; a record of it is there before a line is shown."""

import json

import pytest
from click.testing import CliRunner

from admin.commands.edge_log import edge_log
from admin.edge import commands
from admin.edge.folder import sealed_files
from admin.edge.folder_clock import FolderClock
from admin.edge.holder_key import make_key, read_key
from admin.edge.opening import BadRecord, CannotOpen, find_lines, read_record
from admin.edge.request import BadRequest, read_request
from admin.sealing.age import NoMatch, parse_recipient

from .conftest import Edge, log_of, sent, write_content

FORM = {
    "organ": "某县公安局",
    "document": "调证〔2026〕12 号",
    "article": "刑事诉讼法第五十四条",
    "from": "2026-12-02 09:00",
    "to": "2026-12-02 09:59",
    "address": "192.0.2.7",
    "approved_by": "网信办主任",
    "second": "档案馆副馆长",
}


@pytest.fixture
def filled(edge):
    """Three hours with a line of the same address in each, and of another one in the first."""
    edge.take(sent("192.0.2.8"))
    for _hour in range(3):
        edge.take(sent())
        edge.clock.wait(hours=1)
        edge.settle()
    return edge


def test_only_the_hours_and_lines_that_are_asked_for_are_opened(filled, holders):
    request = read_request(FORM)
    hours = [file for file in sealed_files(filled.folder) if request.covers_hour(file.begins)]

    assert [file.path.name for file in hours] == ["2026-12-02-09-1.age"]
    assert find_lines(hours, request, [holders["security"]]) == ["2026-12-02 09:41 192.0.2.7 51234"]
    all_of_them = read_request(FORM | {"address": ""})
    assert len(find_lines(hours, all_of_them, [holders["security"]])) == 2
    before = read_request(FORM | {"to": "2026-12-02 09:40"})
    assert find_lines(hours, before, [holders["security"]]) == []


REFUSED = [
    ({"organ": ""}, "请写：哪个机关"),
    ({"document": " "}, "请写：法律文书"),
    ({"article": ""}, "请写：依据"),
    ({"approved_by": ""}, "请写：谁批准"),
    ({"second": ""}, "请写：在场的第二个人"),
    ({"second": FORM["approved_by"]}, "不能是同一个人"),
    ({"organ": "x" * 300}, "请写短一点"),
    ({"organ": "a\nb"}, "写在一行里"),
    ({"from": "昨天"}, "时间要写成"),
    ({"to": "2026-12-02 08:00"}, "止的时间在起的前面"),
    ({"address": "somebody"}, "地址要写成"),
    ({"address": "", "to": "2026-12-02 10:00"}, "最多开 60 分钟"),
    ({"to": "2028-12-02 10:00"}, "一次最多一年"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_a_form_without_a_lawful_request_opens_nothing(change, sentence):
    with pytest.raises(BadRequest, match=sentence):
        read_request(FORM | change)


def test_a_file_under_another_hours_name_or_a_changed_one_is_told(filled, holders):
    nine, ten, _eleven = sealed_files(filled.folder)
    ten.path.rename(nine.path)
    request = read_request(FORM)

    with pytest.raises(CannotOpen, match="文件名被改过"):
        find_lines([nine], request, [holders["security"]])
    nine.path.write_bytes(nine.path.read_bytes()[:-1] + b"x")
    with pytest.raises(CannotOpen, match="被改过，或者磁盘坏了"):
        find_lines([nine], request, [holders["security"]])
    with pytest.raises(CannotOpen, match="少了持有人的私钥"):
        find_lines([nine], request, [holders["archive"]])


def test_a_holders_key_opens_by_its_passphrase_alone_and_no_file_is_overwritten(tmp_path):
    public = make_key(tmp_path / "key.age", "一二三四 five six seven")

    data = (tmp_path / "key.age").read_bytes()
    assert b"AGE-SECRET" not in data
    assert (tmp_path / "key.age").stat().st_mode & 0o777 == 0o600
    assert read_key(data, "一二三四 five six seven").recipient == parse_recipient(public)
    with pytest.raises(NoMatch):
        read_key(data, "another one")
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key.age", "another one")


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments, typed=""):
        return CliRunner().invoke(edge_log, [str(word) for word in arguments], input=typed)

    return invoke


PASSPHRASE = "long enough to keep"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """The key files of two holders, made by the command: each costs a second of scrypt."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("one.age", "two.age"):
        typed = f"{PASSPHRASE}\n{PASSPHRASE}\n"
        done = CliRunner().invoke(edge_log, ["key", str(folder / name)], input=typed)
        assert done.exit_code == 0, done.output
    return [folder / "one.age", folder / "two.age"]


@pytest.fixture
def two(tmp_path, keys):
    """An hour that was sealed to both."""
    edge = Edge(tmp_path / "edge", log_of(*[read_key(k.read_bytes(), PASSPHRASE) for k in keys]))
    edge.take(sent(), sent("192.0.2.8"))
    edge.settle(stops=True)
    return edge


def change(text, **values):
    return json.dumps(json.loads(text) | values, ensure_ascii=False)


def test_the_form_is_asked_and_the_record_has_neither_address_nor_lines(run, tmp_path, two, keys):
    both = [word for key in keys for word in ("--key", key)]
    answers = "\n".join([*FORM.values(), PASSPHRASE, PASSPHRASE, ""])

    done = run("open", two.folder, *both, "--records", tmp_path, typed=answers)

    assert done.exit_code == 0, done.output
    assert done.stdout == "2026-12-02 09:41 192.0.2.7 51234\n"
    (path,) = tmp_path.glob("opening-*.json")
    text = path.read_text("utf-8")
    assert "192.0.2" not in text
    told = json.loads(text)
    assert (told["organ"], told["document"], told["second"]) == (
        *(FORM["organ"], FORM["document"]),
        FORM["second"],
    )
    record = read_record(text)
    assert (record.hours, record.lines, record.number) == (1, 1, told["number"])
    # One that was changed since is none.
    for other in (change(text, lines=0), change(text, sum="0" * 64), "{}", "[]", "nothing", "1"):
        with pytest.raises(BadRecord):
            read_record(other)


def test_one_of_two_opens_nothing_and_leaves_no_record(run, tmp_path, two, keys):
    form = tmp_path / "form.toml"
    form.write_text("".join(f'{name} = "{value}"\n' for name, value in FORM.items()), "utf-8")

    done = run("open", two.folder, "--key", keys[0], "--form", form, typed=PASSPHRASE)

    assert done.exit_code == 1
    assert "少了持有人的私钥" in done.output
    assert "192.0.2.7" not in done.output
    assert not list(tmp_path.glob("opening-*.json"))


def test_status_tells_what_should_be_gone(run, tmp_path, holders, monkeypatch):
    folder = tmp_path / "edge"
    content = write_content(tmp_path / "content", holders["security"])
    where = ["--folder", folder, "--content", content]
    assert run("status", *where).exit_code == 0
    edge = Edge(folder, log_of(holders["security"]))
    monkeypatch.setattr(commands, "FolderClock", lambda folder: FolderClock(folder, edge.clock))
    edge.take(sent())
    edge.settle(stops=True)
    old = folder / "2020-01-01-00-1.age"
    old.write_bytes(b"")

    told = run("status", *where)
    assert told.exit_code == 1
    assert "有 1 份到期没有删" in told.output
    assert "网信办" in told.output
    assert "到期的 1 份已删除" in run("delete", *where).output
    assert (run("status", *where).exit_code, edge.names()) == (0, ["2026-12-02-09-1.age"])
