"""A store with something in every table, its operator, and empty places to bring it back to."""

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, create_engine, insert, select

from admin import create_app
from admin.backup.rows import LEFT_OUT
from admin.commands.copies import backup
from admin.commands.copies import restore as restore_command
from admin.config import load_config
from admin.db import db, today
from admin.models import (
    Base,
    LabelCopy,
    Note,
    Tip,
    TipLabel,
    TipOpening,
    Transfer,
    TransferFile,
    Upload,
    random_key,
)
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity
from admin.vault import vault
from admin.vault.files.blobs import (
    PART,
    part_count,
    part_length,
)
from admin.vault.files.opening import open_blobs
from tests.databases import create_database, drop_database, new_name

MARKS = {"the words": "暗渠边的第七棵黄皮树", "the place": "晒谷场的旧石碾"}
# Sealed files by blob, and their sizes: of one part, and of several with and without a short one.
FILES = {"a1" * 16: 5, "b2" * 16: 70_000, "c3" * 16: 2 * PART, "d4" * 16: 2 * PART + 7}
STRANGE = "引号\"'、换行\n、制表\t、\\u0000、😀、\u2028"


@dataclass
class Operator:
    """Holds the operator key, and types commands."""

    app: object
    environ: dict
    identity: HybridIdentity
    folder: Path

    @property
    def key_file(self):
        path = self.folder / "operator.key"
        path.write_text(f"# kept in the safe\n{self.identity}\n")
        return path

    @property
    def file(self):
        return self.folder / "store.age"

    def backup(self, target=None, **options):
        arguments = [str(target or self.file), "--to", str(self.identity.recipient)]
        return self._run(backup, arguments, self.environ, **options)

    def make_key(self):
        return self._run(backup, ["key"], self.environ)

    def restore(self, environ, *options, identity=None, file=None):
        arguments = [str(file or self.file), "--identity", str(identity or self.key_file), *options]
        return self._run(restore_command, arguments, environ)

    def _run(self, command, arguments, environ, **options):
        obj = None
        if command is backup:
            from flask.cli import ScriptInfo

            obj = ScriptInfo(create_app=lambda: self.app)
        runner = self.app.test_cli_runner()
        before = os.umask(0o022)
        try:
            return runner.invoke(command, arguments, obj=obj, env=environ, **options)
        finally:
            os.umask(before)

    def opened(self, file=None):
        """The plain tar of a backup."""
        return age.open_sealed((file or self.file).read_bytes(), [self.identity])


@pytest.fixture
def operator(app, environ, tmp_path):
    return Operator(app, environ, HybridIdentity.generate(), tmp_path)


@pytest.fixture
def receipt(client, units):
    """A tip that came in by the form; gives the reporter's receipt."""
    return hand_in(client)


def hand_in(client):
    """Hand a tip in by the form; gives the reporter's receipt."""
    page = client.get("/tip/").text
    answers = {"category": "A4", "what": MARKS["the words"], "place": MARKS["the place"]}
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    answer = client.post("/tip/sent", data=hidden | answers)
    assert answer.status_code == 200, answer.text
    found = answer.text.partition('id="receipt"')[2].partition("</ol>")[0]
    return "".join(re.findall(r"\d", re.sub(r"<[^>]*>", "", found.partition(">")[2])))


@pytest.fixture
def one(app, receipt):
    """One tip with a note, a label and files; gives the reporter's receipt."""
    with app.app_context():
        tip_id = db.session.scalars(select(Tip.id)).one()
        note = {"number": 1, "kind": "note", "by": "ada", "written_at": 1, "sealed": b"n" * 99}
        db.session.add(Note(tip_id=tip_id, **note))
        db.session.add(TipLabel(tip_id=tip_id, label="on_site", unit_id="police"))
        db.session.add(TipOpening(tip_id=tip_id, upto=0))
        db.session.add(LabelCopy(tip_id=tip_id, unit_id="police", sealed=b"c" * 99))
        passed = {
            "tip_id": tip_id,
            "step": 1,
            "from_unit": "police",
            "to_unit": "drugs",
            "old_key_id": db.session.scalars(select(Tip.unit_key_id)).first(),
            "by": "ada",
            "sealed_in": bytes(32),
            "made_on": today(),
            "reason": "misfiled",
            "content_mac": "0" * 64,
            "settled_on": today(),
            "is_taken": True,
        }
        transfer = Transfer(**passed)
        db.session.add(transfer)
        db.session.flush()
        kept = {"part": "tip", "number": 0, "sealed": b"t" * 99}
        db.session.add(TransferFile(transfer_id=transfer.id, **kept))
        for blob, size in FILES.items():
            row = {"made_on": today(), "is_whole": True, "is_released": False, "tip_id": tip_id}
            db.session.add(Upload(blob=blob, size=size, **row))
            for number in range(part_count(size)):
                vault().blobs.put(blob, number, b"f" * part_length(size, number))
        db.session.commit()
    return receipt


@pytest.fixture
def store(app, receipt):
    """Rows in every table, awkward values in them, and sealed files of evidence."""
    fill_store(app)
    return receipt


def fill_store(app):
    """Fill every table, and the store of sealed files; one tip is there."""
    with app.app_context():
        engine = db.engine
        tip_id = db.session.scalars(select(Tip.id)).one()
        db.session.close()
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for number in range(3):
                if table.name != "upload":
                    connection.execute(table.insert().values(_row(table, number, tip_id)))
        for blob, size in FILES.items():
            connection.execute(insert(Upload).values(_file(blob, size, tip_id)))
    with app.app_context():
        blobs = vault().blobs
    for blob, size in FILES.items():
        for number in range(part_count(size)):
            blobs.put(blob, number, os.urandom(part_length(size, number)))


def _file(blob, size, tip_id):
    """A file that hangs on a tip: no backup has any other."""
    return {
        "blob": blob,
        "size": size,
        "made_on": date(2026, 11, 20),
        "is_whole": True,
        "is_released": False,
        "tip_id": tip_id,
    }


def _row(table, number, tip_id):
    """Invent a row; what points to a tip points to the one that is there."""
    found = {column.name: _value(table, column, number, tip_id) for column in table.columns}
    if table.name == "tip":
        found |= {"status": "closed", "urgency": "P3"}
    return found


_KNOWN = {}


def _value(table, column, number, tip_id):
    for key in column.foreign_keys:
        target = key.column.table.name
        own = column.primary_key or target != "tip"
        value = _KNOWN[target, number] if own else tip_id
        if column.primary_key and len(table.primary_key) == 1:
            # Another table may point here in its turn.
            _KNOWN[table.name, number] = value
        return value
    if getattr(column.type, "enums", None):
        return column.type.enums[0]
    value = _plain_value(column, number)
    if column.primary_key and len(table.primary_key) == 1:
        _KNOWN[table.name, number] = value
    return value


def _plain_value(column, number):
    kind = column.type.python_type
    if kind is str:
        length = column.type.length or 99
        is_name = column.primary_key or column.unique or length < 60
        return f"{number}{column.name}"[:length] if is_name else STRANGE
    if kind is int:
        is_key = column.primary_key and isinstance(column.type, BigInteger)
        return random_key() if is_key else 2**31 - 1 - number
    if kind is bytes:
        return bytes([number]) + bytes(range(31))
    if kind is bool:
        return bool(number % 2)
    return date(2026, 2, 26 + number) if kind is date else ["a", STRANGE]


def files_of(environ):
    """All sealed files of an installation by blob: their parts one after another."""
    blobs = open_blobs(load_config(environ).blobs_url)
    return {
        blob: b"".join(blobs.read(blob, number) for number in range(blobs.parts(blob)))
        for blob in blobs.blobs()
    }


def rows_of(url):
    """All rows of a database by table, but for the tables that no backup holds."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                tuple(sorted(row._mapping.items(), key=lambda item: item[0])).__repr__()
                for row in connection.execute(select(table))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in LEFT_OUT
        }
    engine.dispose()
    return found


@pytest.fixture
def empty(request, tmp_path, environ):
    """Make an empty installation with the same secret, on either database."""
    made = []

    def make(kind, name="restored"):
        folder = tmp_path / name
        folder.mkdir()
        secret = Path(environ["DENGSHAO_DATA"]) / "secret"
        url = f"sqlite:///{folder / 'dengshao.sqlite3'}"
        if kind == "postgresql":
            server = request.getfixturevalue("postgresql")
            made.append((server, new_name("r")))
            url = create_database(*made[-1])
        return environ | {
            "DENGSHAO_DATA": str(folder),
            "DENGSHAO_DATABASE_URL": url,
            "DENGSHAO_SECRET_FILE": str(secret),
        }

    yield make
    for server, name in made:
        drop_database(server, name)


def app_on(environ, unit_keys):
    """An application on a restored store, with the district's confirmed keys beside it."""
    folder = Path(environ["DENGSHAO_DATA"])
    (folder / "keys.yml").write_bytes(unit_keys.read_bytes())
    return create_app(load_config(environ))


def open_tip(sealed, identity):
    return payload.Tip.parse(age.open_sealed(sealed, [identity]))
