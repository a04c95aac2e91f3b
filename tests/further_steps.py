"""Migrations that no version has, behind the last one: to try how a step goes beside others."""

from contextlib import contextmanager
from itertools import zip_longest
from unittest import mock

from admin import migrate

_FILE = """
import sqlalchemy as sa
from alembic import op

from admin.migrations import gently

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
told = "{revision}"
{serves_from}


def upgrade():
{body}
"""


@contextmanager
def further_steps(folder, *bodies, serves_from=()):
    """Let the program know further steps, each by the lines of its `upgrade`; gives their names.

    `serves_from` is what each says of older programs; where it is None, or none is left, nothing.
    """
    before = migrate.known_revisions()[0]
    names = []
    for number, (body, older) in enumerate(zip_longest(bodies, serves_from), start=1):
        names.append(f"further_{number}")
        lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
        told = f"serves_from = {older!r}" if older else ""
        text = _FILE.format(revision=names[-1], before=before, body=lines, serves_from=told)
        (folder / f"{names[-1]}.py").write_text(text)
        before = names[-1]
    with mock.patch.object(migrate, "alembic_config", _knowing(folder)):
        yield names


def _knowing(folder):
    known = migrate.alembic_config

    def config():
        found = known()
        found.set_main_option("path_separator", "os")
        ours = f"{found.get_main_option('script_location')}/versions"
        found.set_main_option("version_locations", f"{ours}:{folder}")
        return found

    return config
