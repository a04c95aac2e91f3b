"""The database of each released version is opened by this one: nothing is lost, all still opens."""

import io
import json

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from admin.backup.rows import reflect
from admin.backup.whole import own_identity, put_back, write_whole
from admin.config import load_config
from admin.keys import issuing
from admin.migrate import migrate, read_form
from admin.models import Member, Setting, Tip
from admin.sealing.age import open_sealed
from admin.sealing.payload import Tip as Words
from tests.released import HERE, versions


@pytest.fixture(params=versions())
def kept(request, environ, tmp_path):
    """The database of a version, put into this test's; gives what opens it."""
    told = json.loads((HERE / f"{request.param}.json").read_text())
    secret = tmp_path / "secret-of-then"
    secret.write_text(told["secret"])
    config = load_config(environ | {"DENGSHAO_SECRET_FILE": str(secret)})
    with (HERE / f"{request.param}.age").open("rb") as source:
        put_back(config, source, own_identity(config))
    engine = create_engine(config.database_url)
    yield engine, told, config
    engine.dispose()


def counts(engine):
    with engine.connect() as connection:
        tables = reflect(connection, whole=True)
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }


def test_a_database_is_kept_of_the_first_version_that_was_released():
    assert "0.1.0" in versions()


def test_a_database_of_each_release_comes_to_the_newest_form_with_all_its_rows(kept):
    engine, told, _config = kept
    assert read_form(engine).current == told["revision"]

    migrate(engine)

    assert read_form(engine).is_newest
    after = counts(engine)
    # Since 0023 a setting says from which quarter on all is counted; since 0028 one which programs
    # may serve.
    wanted = told["counts"] | {"setting": told["counts"]["setting"] + 2}
    assert {name: after[name] for name in told["counts"]} == wanted
    with Session(engine) as session:
        assert opened(session, told) == told["words"]


def opened(session, told):
    """Open the tips of then as their units' members do."""
    typed = {row["name"]: row for row in told["members"]}
    identities = {}
    for unit in set(told["units"].values()):
        first = session.scalars(select(Member).filter_by(name=f"{unit}-1")).one()
        row = typed[first.name]
        own = issuing.open_identity(first, row["passphrase"], row["code"])
        key = issuing.current_key(session, unit)
        identities[unit] = issuing.open_grant(session, key, first, own)
    words = []
    for tip in session.scalars(select(Tip).where(Tip.reference.in_(told["units"]))):
        content = Words.parse(open_sealed(tip.sealed, [identities[tip.unit_id]]))
        words.append(content.fields["what"])
    return sorted(words)


def test_a_copy_of_the_whole_database_puts_every_row_back_whatever_came_since(kept):
    engine, told, config = kept
    copy, before = io.BytesIO(), counts(engine)
    write_whole(config, engine, copy)
    with Session(engine) as session:
        session.add(Setting(name="since", value="then"))
        session.commit()
    migrate(engine)
    engine.dispose()

    copy.seek(0)
    put_back(config, copy, own_identity(config))

    assert read_form(engine).current == told["revision"]
    assert counts(engine) == before
