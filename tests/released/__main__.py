"""Writes VERSION.age, the whole database sealed to its own secret, and VERSION.json, what opens it.

A row of everything in every table, and tips that came in by the same door as any: their words are
the demo's, all invented. The days are fixed; what is sealed is so by chance, as sealing must be.
"""

import json
import secrets
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path

from sqlalchemy import select

from admin import create_app
from admin.backup.whole import write_whole
from admin.config import ROOT, load_config
from admin.db import db, set_today
from admin.demo.members import make_demo, read_demo
from admin.demo.tips import demo_tips
from admin.intake.current import current_intake
from admin.intake.services import receive
from admin.intake.submission import Submission
from admin.migrate import migrate
from admin.models import Tip
from admin.wire.form_tokens import FormNonce
from tests.admin.backup.conftest import fill_store
from tests.released import HERE

DAY = date(2026, 12, 1)
TIPS = 3
SECONDS = 1_796_000_000


def make(version):
    """Write the two files of a version; gives their sizes."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config({"DENGSHAO_DATA": folder})
        filled(config)
        app = create_app(config)
        with app.app_context(), (HERE / f"{version}.age").open("wb") as file:
            manifest = write_whole(config, db.engine, file)
            told = opening(config, manifest)
            db.dispose()
    (HERE / f"{version}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def filled(config):
    """Fill an empty installation."""
    with create_app(config).app_context():
        migrate(db.engine)
        make_demo(db.session, config)
        db.dispose()
    # Made anew: it reads the keys that the demo has confirmed.
    app = create_app(config)
    with app.app_context():
        send(demo_tips()[:1])
    fill_store(app)
    with app.app_context():
        send(demo_tips()[1:TIPS])
        db.dispose()


def send(tips):
    intake = current_intake(db.session, DAY)
    for answers in tips:
        nonce = FormNonce(secrets.token_bytes(16), SECONDS)
        receive(db.session, Submission(intake, nonce, answers))
    db.session.commit()


def opening(config, manifest):
    """Say what opens the sealed parts, and what must be found."""
    real = db.session.scalars(select(Tip).where(Tip.received_on == DAY))
    return {
        "revision": manifest.revision,
        "secret": config.secret.hex(),
        "counts": {name: total.count for name, total in manifest.tables.items()},
        "units": {tip.reference: tip.unit_id for tip in real},
        "words": sorted(answers["what"] for answers in demo_tips()[:TIPS]),
        "members": [
            {"name": found.name, "passphrase": found.passphrase, "code": found.code}
            for found in read_demo(config)
        ],
    }


def main():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if (HERE / f"{version}.age").exists():
        sys.exit(f"{version} is kept already: a released form never changes.")
    set_today(DAY)
    make(version)
    sizes = [path.stat().st_size for path in sorted(HERE.glob(f"{version}.*"))]
    sys.stdout.write(f"{version}: {sizes} bytes, in {Path(HERE).relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
