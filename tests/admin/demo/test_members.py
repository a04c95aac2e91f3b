"""The demo fills an empty store once, in development only."""

import json
import stat
from dataclasses import replace

import pytest

from admin.access.demo_mark import (
    is_demo,
    mark_demo,
    refuse_demo,
)
from admin.config import ConfigError, Env
from admin.db import db
from admin.demo.members import PEOPLE, NotInProduction, make_demo, read_demo
from admin.district.data import load_district
from admin.keys import issuing
from admin.models import Member, UnitKey
from admin.vault.units import open_units


@pytest.fixture(scope="module")
def made_keys():
    return issuing.new_member_keys("the demo of a test")


@pytest.fixture
def quick(monkeypatch, made_keys):
    """Members' keys made once, for tests of what is stored and not of how it is sealed."""
    monkeypatch.setattr(issuing, "new_member_keys", lambda _passphrase: made_keys)


@pytest.fixture
def filled(session, config, quick):
    """The people of a demo in the test's own store."""
    return make_demo(session, config)


def test_the_demo_makes_the_members_of_the_design(session, filled):
    found = {member.name: member for member in session.query(Member)}

    assert {name: (unit, set(roles)) for name, unit, roles in PEOPLE} == {
        name: (member.unit_id, set(member.roles)) for name, member in found.items()
    }


def test_every_unit_of_the_district_opens_for_tips(session, filled, config):
    district = load_district(config.content, config.data / "keys.yml")

    assert set(open_units(session, district)) == set(district.units)


def test_the_second_member_of_a_unit_holds_its_key_too(session, filled):
    key = session.query(UnitKey).filter_by(unit_id="police").one()

    assert [name for name, _recipient in issuing.roster(session, key)] == [
        "",
        "police-1",
        "police-2",
    ]


def test_a_second_demo_changes_nothing(session, filled, config):
    before = (config.data / "demo.json").read_text(), (config.data / "keys.yml").read_text()

    assert make_demo(session, config) == []
    assert before == (
        (config.data / "demo.json").read_text(),
        (config.data / "keys.yml").read_text(),
    )


def test_a_store_with_members_gets_no_demo(session, config, quick):
    keys = issuing.new_member_keys("")
    issuing.add_member(session, keys, name="ada", unit_id="police", roles=["analyst"])

    assert make_demo(session, config) == []
    assert not (config.data / "demo.json").exists()


def test_the_file_of_passphrases_is_its_owners_alone_and_replaces_an_older_one(
    session, config, quick
):
    (config.data / "demo.json").write_text("[]")
    (config.data / "demo.json").chmod(0o644)

    people = make_demo(session, config)

    assert stat.S_IMODE((config.data / "demo.json").stat().st_mode) == 0o600
    assert read_demo(config) == people
    rows = json.loads((config.data / "demo.json").read_text())
    assert all(set(row) == {"name", "passphrase", "code", "unit", "roles"} for row in rows)


def test_production_makes_no_demo(session, config, quick):
    with pytest.raises(NotInProduction):
        make_demo(session, replace(config, env=Env.PRODUCTION))

    assert session.query(Member).count() == 0


def test_production_does_not_start_on_a_demos_store(session, config):
    production = replace(config, env=Env.PRODUCTION)
    refuse_demo(session, production)
    mark_demo(session)
    mark_demo(session)

    assert is_demo(session)
    refuse_demo(session, config)
    with pytest.raises(ConfigError, match="DENGSHAO_DATABASE_URL"):
        refuse_demo(session, production)


def test_what_stands_in_demo_json_opens_the_members_identity(demo_store, demo):
    from admin import create_app
    from admin.config import load_config

    member = demo["police-2"]
    app = create_app(load_config({"DENGSHAO_DATA": str(demo_store[0])}))
    with app.app_context():
        row = issuing.find_member(db.session, "police-2")
        identity = issuing.open_identity(row, member.passphrase, member.code)
        key = issuing.current_key(db.session, "police")
        issuing.check_roster(db.session, key, issuing.open_grant(db.session, key, row, identity))
        db.session.rollback()
        db.dispose()
