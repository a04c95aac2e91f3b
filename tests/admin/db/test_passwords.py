"""Each login of PostgreSQL with a password of its own, in the file where libpq looks for it."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from admin import create_app
from admin.config import load_config
from admin.db import db, grants
from admin.db.logins import Login
from tests.installations import new_installation


@pytest.fixture
def asks_for_passwords(postgresql):
    """Let the server ask the logins of one name for their passwords; it trusts all others."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        file = Path(connection.execute("SHOW hba_file").fetchone()[0])
        before = file.read_text()
        names = ",".join(one.named("own") for one in Login)
        file.write_text(
            f"local all {names} scram-sha-256\nhost all {names} all scram-sha-256\n{before}"
        )
        connection.execute("SELECT pg_reload_conf()")
        yield connection
        file.write_text(before)
        connection.execute("SELECT pg_reload_conf()")


def test_each_login_may_have_a_password_of_its_own_in_a_file(
    pool, confirmed_keys, asks_for_passwords, tmp_path
):
    with pool.lent() as address:
        environ = new_installation(tmp_path, address, confirmed_keys)
        file, url = tmp_path / "pgpass", make_url(address)
        with psycopg.connect(
            url.set(drivername="postgresql").render_as_string(False)
        ) as connection:
            for statement in grants.statements("own"):
                connection.execute(statement)
        lines = []
        for number, one in enumerate(Login):
            asks_for_passwords.execute(f"ALTER ROLE {one.named('own')} PASSWORD 'of {number}'")
            lines.append(f"*:*:*:{one.named('own')}:of {number}\n")
        file.write_text("".join(lines))
        file.chmod(0o600)
        own = (
            url.set(username="own")
            ._replace(password=None)
            .update_query_dict({"passfile": str(file)})
        )
        environ |= {"DENGSHAO_DATABASE_LOGINS": "own", "DENGSHAO_DATABASE_URL": str(own)}
        app = create_app(load_config(environ))

        def who(login):
            with db.engines[login.engine("default")].connect() as connection:
                return connection.exec_driver_sql("SELECT current_user").scalar_one()

        with app.app_context():
            assert [who(one) for one in Login] == [one.named("own") for one in Login]
            db.dispose()
            file.write_text("".join(lines[:-1]))
            with pytest.raises(OperationalError, match="password"):
                who(Login.PAYING)
            db.dispose()
