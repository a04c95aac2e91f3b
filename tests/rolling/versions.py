"""The program as it is, and a newer one whose tables hold more: both serve one database at once."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from admin.config import ROOT
from admin.migrate import known_revisions
from admin.release.making.source import copy_app

NEWER = "9999"
_MIGRATION = '''"""Of the walk: who wrote a tip, and a table beside."""

import sqlalchemy as sa
from alembic import op

from admin.migrations import gently

revision = "{newer}"
down_revision = "{head}"
branch_labels = None
depends_on = None
told = "试升级时加的一列和一张表"
serves_from = "{head}"


def upgrade() -> None:
    gently.add_column("tip", sa.Column("written_by", sa.String(8)))
    op.create_table("walked", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("walked")
    op.drop_column("tip", "written_by")
'''
_KNOWN = "class Tip(Base):\n"
_COLUMN = '    written_by: Mapped[str | None] = mapped_column(String(8), default="newer")\n'


@dataclass(frozen=True)
class Program:
    """One version: the words that run `dengshao`, and where."""

    words: tuple[str, ...]
    folder: Path
    environ: dict[str, str]

    def start(self, *words: str, environ: dict[str, str]) -> subprocess.Popen:
        return subprocess.Popen(
            [*self.words, *words],
            env={**os.environ, **environ, **self.environ},
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


OURS = Program((str(Path(sys.executable).with_name("dengshao")),), ROOT, {})


def make_newer(folder: Path) -> Program:
    """Copy the program, and let it know a step more: each tip that it takes says so."""
    copy_app(ROOT, folder)
    # Of a release another file names the version.
    shutil.copy(ROOT / "pyproject.toml", folder)
    step = folder / "admin" / "migrations" / "versions" / f"{NEWER}_walk.py"
    step.write_text(_MIGRATION.format(newer=NEWER, head=known_revisions()[0]))
    models = folder / "admin" / "models.py"
    before, found, after = models.read_text().partition(_KNOWN)
    name, line, rest = after.partition('    __tablename__ = "tip"\n')
    assert found, "admin/models.py names its Tip otherwise"
    assert line, "admin/models.py names the table of its Tip otherwise"
    models.write_text(before + found + name + line + _COLUMN + rest)
    run = "from admin.cli import main; main(prog_name='dengshao')"
    environ = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(folder)}
    return Program((sys.executable, "-c", run), folder, environ)
