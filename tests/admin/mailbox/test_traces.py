"""The canary: after a whole visit nothing written holds the receipt or the words."""

import base64
import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from admin.db import db
from admin.sealing import receipt

MARK = "金丝雀啼过三次"


def spellings(secret):
    """Spell a secret in every way in which it may end up in a file."""
    plain = secret if isinstance(secret, bytes) else secret.encode()
    if isinstance(secret, str):
        yield secret.encode("utf-16-le")
        yield secret.encode("utf-16-be")
        yield quote(secret).lower().encode()
    yield plain
    yield quote(plain).encode()
    yield plain.hex().encode()
    for shift in range(3):
        # Cut off what depends on the neighbours of the secret in the stream.
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[(shift * 8 + 5) // 6 : -4]


def files_of(url, config):
    """List all that the visit may have written."""
    if url.startswith("sqlite"):
        return [path for path in config.data.rglob("*") if path.is_file()]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        number = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
    engine.dispose()
    return [
        path
        for name in (f"base/{number}", "pg_wal", "log")
        for path in (folder / name).rglob("*")
        if path.is_file()
    ]


def found_in(files, secrets):
    needles = {needle for secret in secrets for needle in spellings(secret)}
    found = set()
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # PostgreSQL gives away what it needs no more, at a moment of its own.
        found |= {path.name for needle in needles if needle in content}
    return found


@pytest.fixture
def secrets_of(reporter):
    typed = receipt.with_checks(reporter.digits)
    keys = (reporter.keys.lookup, reporter.keys.seed, reporter.keys.talk)
    return [
        typed,
        reporter.typed,
        reporter.digits,
        MARK,
        *keys,
        *(key.hex() for key in keys),
    ]


def visit_everything(client, reporter):
    """Walk every page of the mailbox, right and wrong, with and without scripts."""
    reporter.ask(f"{MARK}？")
    page = client.post("/mailbox/", data={"receipt": reporter.typed})
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    fields = {"receipt": reporter.typed, "token": token, "words": MARK}
    for address in ("words", "words", "danger", "withdraw"):
        client.post(f"/mailbox/{address}", data=fields)
    for address in ("danger", "withdraw"):
        client.post(f"/mailbox/{address}", data=fields | {"confirm": "yes"})
    client.post("/mailbox/words", data=fields | {"words": MARK * 1000})
    client.post("/mailbox/words", data=fields | {"token": MARK})
    client.post("/mailbox/", data={"receipt": f"{reporter.typed}1"})
    client.post("/mailbox/nothing", data=fields)
    client.post("/mailbox/thread", json={"lookup": reporter.typed, "words": MARK})
    return client.post("/mailbox/thread", json={"lookup": reporter.keys.lookup.hex()})


def test_a_whole_visit_leaves_no_digit_and_no_word(
    database_url, config, client, reporter, secrets_of, caplog, capfd
):
    caplog.set_level(logging.DEBUG)

    last = visit_everything(client, reporter)

    assert last.json["withdrawn_on"]
    assert found_in(files_of(database_url, config), secrets_of) == set()
    output = caplog.text + "".join(capfd.readouterr())
    assert not any(secret in output for secret in secrets_of if isinstance(secret, str))


def test_the_search_finds_what_was_stored_in_clear(app, database_url, config, reporter, count):
    """The canary's own canary: without sealing it would have sung."""
    with app.app_context():
        db.session.execute(
            text("UPDATE tip SET sealed = :words"), {"words": f"x{MARK}".encode("utf-16-le")}
        )
        db.session.commit()

    assert found_in(files_of(database_url, config), [MARK])


def test_the_search_finds_every_spelling(tmp_path):
    for number, needle in enumerate(spellings(MARK)):
        (tmp_path / str(number)).write_bytes(b"before" + needle + b"after")

    assert len(found_in(tmp_path.iterdir(), [MARK])) == 9


def test_an_exception_names_its_place_and_nothing_else(client, reporter, caplog, monkeypatch, app):
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fall(*_args, **_kwargs):
        raise RuntimeError(MARK)

    monkeypatch.setattr("admin.mailbox.visit.open_thread", fall)

    page = client.post("/mailbox/", data={"receipt": reporter.typed, "words": MARK})

    assert page.status_code == 500
    for shown in (page.text, caplog.text):
        assert MARK not in shown
        assert reporter.typed not in shown
    assert "RuntimeError at " in caplog.text
