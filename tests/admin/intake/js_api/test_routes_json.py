"""What the browser is told of the district: all that chooses a unit, and to what it seals."""

import dataclasses
import json

from sqlalchemy import update

from admin import create_app
from admin.app_state import app_state
from admin.config import Env
from admin.db import db, today
from admin.district.data import routes_digest
from admin.models import UnitKey
from admin.sealing import member


def close(app, *unit_ids):
    with app.app_context():
        db.session.execute(
            update(UnitKey).where(UnitKey.unit_id.in_(unit_ids)).values(retired_on=today())
        )
        db.session.commit()
    app.extensions["dengshao.vault"].units._until = 0.0


def test_the_routes_tell_all_that_chooses_a_unit(app, client, units):
    routes = client.get("/tip/routes.json").json

    with app.app_context():
        district, site_id = app_state().district, app_state().site_id
    assert list(routes) == [
        *("site", "takers", "stands_in", "units", "categories", "offices", "contact")
    ]
    assert routes["site"] == site_id
    assert routes["takers"] == ["supervision", "upper"]
    assert routes["categories"] == {row.id: row.route for row in district.categories.values()}
    assert routes["offices"]["station"] == "police"
    assert routes["offices"]["village"] is None
    assert routes["offices"].keys() == district.offices.keys()
    open_to_all = {unit.id for unit in district.units.values() if not unit.practice}
    assert routes["units"].keys() == open_to_all
    assert "practice" not in routes["units"]
    assert routes["units"]["drugs"]["otherwise"] == ["police", "upper"]
    assert routes["contact"] == {"custodian": "supervision", "reviewer": "upper"}


def test_the_keys_of_a_unit_are_those_whose_fingerprint_is_published(client, units):
    routes, published = client.get("/tip/routes.json").json, client.get("/keys.json").json

    for unit_id, unit in routes["units"].items():
        fingerprint = member.fingerprint(unit_id, *unit["recipients"])
        assert {"unit": unit_id, "fingerprint": fingerprint} in published["keys"]


def test_a_unit_that_is_not_open_has_no_recipients(app, client, units):
    before = client.get("/tip/routes.json").json
    close(app, "drugs")
    after = client.get("/tip/routes.json").json

    assert len(before["units"]["drugs"]["recipients"]) == 2
    assert after["units"]["drugs"]["recipients"] == []
    assert after["units"]["police"] == before["units"]["police"]


def test_what_stands_in_the_published_hash_does_not_hang_on_who_is_open(app, client, units):
    before = client.get("/tip/routes.json").json
    close(app, "supervision", "upper")

    assert client.get("/tip/routes.json").json["contact"] == before["contact"]


def test_in_development_the_app_tells_the_hash_of_its_routes_too(app, client, units):
    with app.app_context():
        assert client.get("/keys.json").json["routes"] == routes_digest(app_state().district)


def test_the_routes_are_made_once_for_the_units_that_are_open(app, client, units, monkeypatch):
    first = client.get("/tip/routes.json").data
    monkeypatch.setattr("admin.intake.routes_json.routes_of", lambda *_: {})

    assert client.get("/tip/routes.json").data == first
    close(app, "drugs")
    assert client.get("/tip/routes.json").data == b"{}"


def test_the_routes_are_kept_by_no_browser_and_come_without_a_cookie(client, units):
    answer = client.get("/tip/routes.json")

    assert answer.mimetype == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_in_development_the_app_tells_the_demos_fingerprints_too(client, unit_secrets):
    keys = client.get("/keys.json").json["keys"]

    assert {(key["unit"], key["fingerprint"]) for key in keys} == {
        (unit_id, unit.fingerprint) for unit_id, unit in unit_secrets.items()
    }


def test_in_production_the_sites_own_file_is_served(config, unit_secrets):
    config.site.mkdir(exist_ok=True)
    (config.site / "keys.json").write_text(json.dumps({"keys": []}))
    app = create_app(dataclasses.replace(config, env=Env.PRODUCTION))

    answer = app.test_client().get("/keys.json", headers={"Host": config.public_host})

    assert answer.json == {"keys": []}
    with app.app_context():
        db.dispose()
