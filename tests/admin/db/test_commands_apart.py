"""Each command where the packages ask as logins of their own: as the service, and as the owner."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.cli import ScriptInfo

from admin.cli import main
from admin.config import load_config
from admin.db import db
from admin.db.grants import NOT_OWNER
from admin.doctor.around import logins
from admin.doctor.findings import State
from admin.sealing.age import HybridIdentity
from admin.settings.installed import written
from tests import databases
from tests.admin.backup.conftest import hand_in
from tests.installations import migrated_store, new_installation, open_units
from tests.quick_apps import app_of

# What the service's own login does, as its timers do, and a word of what each says.
SERVICE = {
    "backup {folder}/copy.age --to {recipient}": "已备份到",
    "restore {folder}/copy.age --identity {key} --check": "全部核对无误",
    "sweep": "：",
    "sweep --hourly": "已经做过了",
    "metrics": "dengshao_",
    "counts check": "",
    "bulletins publish": "",
    "audit verify": "",
    "audit checkpoint": "",
    "staff list": "",
    "unit list": "police",
    "migrate": "数据库已是最新",
    "database roles": "GRANT",
    "upgrade-part look": '"tips": ',
    "upgrade-part check": "",
}
# Commands that say by their end that something is still to be mended, here too.
NOT_WELL = {"doctor": "按用途分开了", "counts check": "", "audit verify": ""}


@dataclass
class House:
    """An installation on PostgreSQL with the logins apart, and who types commands there."""

    environ: dict
    """Of the owner; the service's differs by who asks."""
    folder: Path
    server: str
    key: HybridIdentity
    monkeypatch: pytest.MonkeyPatch

    def empty(self, name):
        """Lead to a database without a table, and to empty folders."""
        data = self.folder / name
        data.mkdir()
        secret = self.environ.get("DENGSHAO_SECRET_FILE", f"{self.environ['DENGSHAO_DATA']}/secret")
        url = databases.create_database(self.server, databases.new_name("e"))
        return self.environ | {
            "DENGSHAO_DATABASE_URL": url,
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_BLOBS_URL": (data / "files").as_uri(),
            "DENGSHAO_SECRET_FILE": secret,
        }

    def type(self, words, environ):
        for name, value in environ.items():
            self.monkeypatch.setenv(name, value)
        names = {"folder": self.folder, "recipient": self.key.recipient}
        words = words.format(**names, key=self.folder / "operator.key").split()
        with app_of(environ) as app:
            info = ScriptInfo(create_app=lambda: app)
            return app.test_cli_runner().invoke(main, words, obj=info, env=environ)


def service(environ):
    """Give the same settings as the service has them."""
    return environ | databases.apart(environ["DENGSHAO_DATABASE_URL"])


@pytest.fixture
def house(request, postgresql, tmp_path, confirmed_keys, unit_secrets, monkeypatch):
    with migrated_store(request, "postgresql", tmp_path / "data") as url:
        environ = new_installation(tmp_path, url, confirmed_keys)
        environ |= {"DENGSHAO_DATABASE_LOGINS": databases.LOGINS, "DENGSHAO_METRICS": "yes"}
        key = HybridIdentity.generate()
        (tmp_path / "operator.key").write_text(f"{key}\n")
        with app_of(environ) as app:
            open_units(app, unit_secrets)
            hand_in(app.test_client())
        yield House(environ, tmp_path, postgresql, key, monkeypatch)


def test_the_services_login_does_what_a_timer_or_an_operator_has_it_do(house):
    databases.take_refused()
    wrong = []
    for words, said in (SERVICE | NOT_WELL).items():
        done = house.type(words, service(house.environ))
        refused = databases.take_refused()
        is_well = done.exit_code == 0 or (words in NOT_WELL and done.exit_code == 1)
        if not is_well or said not in done.output or refused:
            wrong.append((words, done.exit_code, done.output[-500:], refused, done.exception))
    assert wrong == []


def test_the_demo_fills_a_store_as_the_service(house):
    place = house.empty("demo")
    assert house.type("migrate", place).exit_code == 0

    done = house.type("demo", service(place))

    assert done.exit_code == 0, done.output
    assert "police" in house.type("unit list", service(place)).output


def is_apart(environ):
    """Tell whether a database gives each login its rights, and the service sweeps there."""
    with app_of(environ) as app, app.app_context(), db.engine.connect() as connection:
        found = logins.look(connection, load_config(environ))
        return [one.state for one in found] == [State.GOOD]


def test_a_backup_is_restored_by_the_owner_and_answers_to_all_logins(house):
    house.type("backup {folder}/copy.age --to {recipient}", service(house.environ))
    restore = "restore {folder}/copy.age --identity {key} --without-deletions"
    place = house.empty("restored")

    refused = house.type(restore, service(place))
    done = house.type(restore, place)

    assert (refused.exit_code, NOT_OWNER in refused.output) == (1, True), refused.output
    assert (done.exit_code, "已恢复" in done.output) == (0, True), done.output
    assert is_apart(place)
    assert house.type("sweep", service(place)).exit_code == 0


def test_a_move_is_the_owners_on_both_sides_and_the_new_place_answers_to_all_logins(house):
    place, file = house.empty("moved"), house.folder / "there.env"
    sides = [(service(house.environ), place), (house.environ, service(place))]
    for here, there in sides:
        file.write_text(written(there), "utf-8")
        for words in ("move {folder}/there.env --yes", "move {folder}/there.env --abandon --yes"):
            refused = house.type(words, here)
            assert (refused.exit_code, NOT_OWNER in refused.output) == (1, True), refused.output

    file.write_text(written(place), "utf-8")
    done = house.type("move {folder}/there.env --yes", house.environ)

    assert (done.exit_code, "搬完了" in done.output) == (0, True), done.output
    assert is_apart(place)
    assert house.type("sweep", service(place)).exit_code == 0


def test_an_upgrades_way_back_is_the_owners_and_leaves_all_logins_their_rights(house, tmp_path):
    copied = house.type("upgrade-part copy", service(house.environ))
    asked = [house.type("upgrade-part owner", one(house.environ)) for one in (service, dict)]
    with app_of(house.environ) as app, app.app_context():
        back = app.test_cli_runner().invoke(
            main, ["upgrade-part", "restore"], input=copied.stdout_bytes, env=house.environ
        )

    assert [one.exit_code for one in asked] == [1, 0]
    assert NOT_OWNER in asked[0].output
    assert back.exit_code == 0, back.output
    assert is_apart(house.environ)
