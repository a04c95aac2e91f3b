"""Installations for tests: a data folder, a database in its newest form, units that take tips."""

import secrets
from contextlib import contextmanager

from sqlalchemy import insert

from admin.db import db, today
from admin.models import UnitKey
from tests import databases
from tests.support import WIDE_BUDGETS


@contextmanager
def migrated_store(request, database, data):
    """Lend a database in its newest form; gives its address. SQLite's file lies in `data`."""
    if database == "sqlite":
        yield databases.copied(request.getfixturevalue("migrated_file"), data)
    else:
        with request.getfixturevalue("pool").lent() as address:
            yield address


def new_installation(folder, url, confirmed_keys):
    """Make a data folder with a secret and a keys file; gives the environment that names it."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    (data / "keys.yml").write_text(confirmed_keys, "utf-8")
    (data / "secret").write_text(secrets.token_hex(32))
    return {
        "DENGSHAO_DATA": str(data),
        "DENGSHAO_DATABASE_URL": url,
        "DENGSHAO_FORM_MIN_SECONDS": "0",
        "DENGSHAO_SITE": str(folder / "site"),
        **WIDE_BUDGETS,
    }


def open_units(app, unit_secrets):
    """Store the keys of all units."""
    with app.app_context():
        for unit_id, unit in unit_secrets.items():
            values = {
                "unit_id": unit_id,
                "recipient": str(unit.identity.recipient),
                "recovery": str(unit.recovery.recipient),
                "fingerprint": unit.fingerprint,
                "roster_mac": "0" * 64,
                "made_on": today(),
            }
            db.session.execute(insert(UnitKey).values(values))
        db.session.commit()
