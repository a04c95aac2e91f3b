"""Each package asks PostgreSQL as a login of its own: what it may not do, the server refuses."""

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select
from sqlalchemy.engine import make_url

from admin import create_app
from admin.commands.database import roles
from admin.commands.running import migrate, sweep
from admin.config import ConfigError, load_config
from admin.db import db, grants
from admin.db.logins import Login, of_module
from admin.doctor.around import logins
from admin.doctor.findings import State
from admin.models import AuditEvent, Tip
from admin.vault import store
from tests import databases
from tests.admin.intake.conftest import FormReader, Reporter
from tests.installations import new_installation
from tests.quick_apps import quick
from tests.support import add_bare_member, desk_client

PREFIX = "dengshao"

# As whom, and what is refused there; the words are those of whoever slipped a statement in.
REFUSED = [
    *((one, "SET ROLE dengshao_desk") for one in Login if one is not Login.DESK),
    *((one, "SET ROLE dengshao") for one in Login if one is not Login.WORK),
    *((one, "SELECT set_config('role', 'postgres', false)") for one in Login),
    *((one, "UPDATE audit_event SET by = 'nobody'") for one in Login),
    *((one, "DELETE FROM audit_event") for one in Login),
    *((one, "TRUNCATE audit_event") for one in Login),
    *((one, "ALTER TABLE audit_event DISABLE TRIGGER ALL") for one in Login),
    *((one, "DROP TRIGGER audit_event_no_change ON audit_event") for one in Login),
    *((one, "ALTER TABLE tip ADD COLUMN name text") for one in Login),
    *((one, "CREATE TABLE kept (words text)") for one in Login),
    *((one, "DROP TABLE message") for one in Login),
    *((one, "UPDATE alembic_version SET version_num = '0001'") for one in Login),
    (Login.INTAKE, "SELECT sealed FROM tip"),
    (Login.INTAKE, "SELECT label FROM tip"),
    (Login.INTAKE, "SELECT * FROM tip"),
    (Login.INTAKE, "INSERT INTO tip SELECT * FROM tip RETURNING sealed"),
    (Login.INTAKE, "COPY tip TO STDOUT"),
    (Login.INTAKE, "SELECT sealed FROM message"),
    (Login.INTAKE, "SELECT sealed FROM note"),
    (Login.INTAKE, "SELECT sealed FROM kept_file"),
    (Login.INTAKE, "SELECT sealed FROM key_grant"),
    (Login.INTAKE, "SELECT name FROM member"),
    (Login.INTAKE, "SELECT auth_hash FROM member"),
    (Login.INTAKE, "SELECT wrap_key FROM staff_session"),
    (Login.INTAKE, "SELECT half_hash FROM reward_request"),
    (Login.INTAKE, "SELECT 1 FROM audit_event"),
    (Login.INTAKE, "UPDATE tip SET sealed = NULL"),
    (Login.INTAKE, "UPDATE tip SET unit_id = 'drugs'"),
    (Login.INTAKE, "DELETE FROM tip"),
    (Login.INTAKE, "DELETE FROM message"),
    (Login.INTAKE, "UPDATE unit_key SET recipient = 'age1pq1other'"),
    (Login.INTAKE, "INSERT INTO unit_key (id) VALUES (1)"),
    (Login.MAILBOX, "SELECT sealed FROM tip"),
    (Login.MAILBOX, "SELECT label FROM tip"),
    (Login.MAILBOX, "INSERT INTO tip (id) VALUES (1)"),
    (Login.MAILBOX, "UPDATE message SET sealed = ''"),
    (Login.MAILBOX, "SELECT sealed FROM note"),
    (Login.MAILBOX, "SELECT name FROM member"),
    (Login.MAILBOX, "SELECT 1 FROM audit_event"),
    (Login.MAILBOX, "SELECT tip_is_of('a', 'b')"),
    (Login.COUNTS, "SELECT 1 FROM tip"),
    (Login.COUNTS, "SELECT 1 FROM decision"),
    (Login.COUNTS, "SELECT 1 FROM message"),
    (Login.COUNTS, "SELECT 1 FROM member"),
    (Login.COUNTS, "SELECT 1 FROM staff_session"),
    (Login.COUNTS, "SELECT 1 FROM upload"),
    (Login.COUNTS, "SELECT 1 FROM reward"),
    (Login.COUNTS, "UPDATE tally SET count = 0"),
    (Login.COUNTS, "SELECT tip_is_of('a', 'b')"),
    (Login.PAYING, "SELECT 1 FROM tip"),
    (Login.PAYING, "SELECT 1 FROM reward_request"),
    (Login.PAYING, "SELECT 1 FROM member"),
    (Login.PAYING, "UPDATE reward SET sum = 9999"),
    (Login.PAYING, "DELETE FROM reward"),
    (Login.DESK, "SELECT 1 FROM count_publication"),
    (Login.DESK, "SELECT 1 FROM closed_count"),
]
TAKEN = [
    (Login.INTAKE, "SELECT status FROM tip"),
    (Login.INTAKE, "SELECT tip_is_of('a', 'b')"),
    (Login.MAILBOX, "SELECT sealed FROM message"),
    (Login.COUNTS, "SELECT count FROM tally"),
    (Login.PAYING, "SELECT sum FROM reward"),
    (Login.DESK, "SELECT sealed FROM tip"),
    (Login.WORK, "DELETE FROM tip"),
    (Login.WORK, "SELECT reward_lay_in_order()"),
]
MODULES = {
    "admin.intake.js_api.tips": Login.INTAKE,
    "admin.mailbox.views": Login.MAILBOX,
    "admin.counts.views": Login.COUNTS,
    "admin.counts.publishing.views": Login.COUNTS,
    "admin.counts.workload.views": Login.DESK,
    "admin.rewards.views": Login.PAYING,
    "admin.desk.tip.views": Login.DESK,
    "admin.signin.views": Login.DESK,
    "admin.intakes": Login.DESK,
}


@pytest.fixture
def url(pool):
    with pool.lent() as address:
        yield address


@pytest.fixture
def environ(tmp_path, url, confirmed_keys):
    made = new_installation(tmp_path, url, confirmed_keys)
    return made | {"DENGSHAO_DATABASE_LOGINS": PREFIX}


@pytest.fixture
def apart(app):
    """The logins are made, and may do what they should."""
    with app.app_context(), db.engine.begin() as connection:
        grants.apply(connection, PREFIX)
    return app


def is_refused(connection, statement):
    try:
        connection.execute(statement)
    except InsufficientPrivilege:
        return True
    finally:
        connection.rollback()
    return False


def those_refused(url, asked):
    """Give what is refused of statements, each asked as a login."""
    found = []
    for login in Login:
        address = make_url(url).set(drivername="postgresql", username=login.named(PREFIX))
        with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
            own = [one for one in asked if one[0] is login]
            found += [one for one in own if is_refused(connection, one[1])]
    return found


@pytest.fixture(scope="module")
def granted(pool):
    with pool.lent() as address:
        plain = address.replace("+psycopg", "")
        with psycopg.connect(plain) as connection:
            for statement in grants.statements(PREFIX):
                connection.execute(statement)
        yield address


def test_no_login_can_do_what_is_not_its_packages_or_be_another(granted):
    refused = those_refused(granted, REFUSED)
    assert [one for one in REFUSED if one not in refused] == []


def test_each_login_can_do_what_its_package_does(granted):
    assert those_refused(granted, TAKEN) == []


@pytest.mark.parametrize(("module", "login"), MODULES.items())
def test_a_view_asks_as_the_login_of_its_package(module, login):
    assert of_module(module) is login


def test_a_tip_is_sent_read_and_counted_with_the_logins_apart(apart, units):
    sent = Reporter(apart.test_client()).tip()
    again = Reporter(apart.test_client())
    again.open_form()
    shown = again.client.post("/mailbox/", data={"receipt": sent.receipt})

    with apart.app_context():
        ada = add_bare_member(db.session).id
        counter = add_bare_member(db.session, "counter", None, ("counter",)).id
        payer = add_bare_member(db.session, "payer", None, ("payer",)).id
        db.session.commit()
        reference = db.session.scalars(select(Tip.reference)).one()
    desk = desk_client(apart).enter(ada)
    pages = [desk.get("/desk/"), desk.get(f"/desk/tips/{reference}")]
    pages += [shown]
    pages += [desk_client(apart).enter(counter).get(path) for path in COUNTED]
    pages += [desk_client(apart).enter(payer).get("/desk/paying/")]

    assert len(sent.read.groups) > 3
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert reference in pages[0].text


COUNTED = ("/desk/counts/", "/desk/counts/publication/", "/desk/counts/workload/")


def test_a_bug_of_the_counts_page_that_asks_for_tips_is_refused(apart, units, monkeypatch):
    Reporter(apart.test_client()).tip()
    found = []

    def bad(session):
        found.append(session.get_bind().url.username)
        return session.scalars(select(Tip.sealed)).all()

    monkeypatch.setattr("admin.counts.views.read_numbers", bad)
    with apart.app_context():
        counter = add_bare_member(db.session, "counter", None, ("counter",)).id
        db.session.commit()
    apart.testing = False
    page = desk_client(apart).enter(counter).get("/desk/counts/")

    assert page.status_code in (500, 503)
    assert found == ["dengshao_counts"]


def test_an_address_of_the_desk_that_leads_nowhere_is_asked_for_by_the_desk(apart):
    with apart.app_context():
        ada = add_bare_member(db.session).id
        db.session.commit()
    desk = desk_client(apart).enter(ada)

    assert [desk.get(path).status_code for path in ("/desk/nothing", "/desk/a/b")] == [404, 404]


def test_who_is_in_danger_is_marked_though_the_talk_is_full(apart, units, monkeypatch):
    """The try that found no room leaves the row behind: read again, it was asked for whole."""
    reporter = Reporter(apart.test_client())
    receipt = {"receipt": reporter.tip().receipt}
    monkeypatch.setattr(store, "DAY_MAX", 0)
    monkeypatch.setattr(store, "DAY_DANGER_ROOM", 0)
    page = FormReader(reporter.client.post("/mailbox/", data=receipt).text)
    typed = receipt | {"token": page.values["token"], "words": "有人来了", "confirm": "yes"}

    assert "已标为最急" in reporter.client.post("/mailbox/danger", data=typed).text


def test_who_may_not_see_the_counts_is_written_down_by_the_desk(apart):
    with apart.app_context():
        ada = add_bare_member(db.session).id
        db.session.commit()

    assert desk_client(apart).enter(ada).get("/desk/counts/").status_code == 403
    with apart.app_context():
        acts = db.session.scalars(select(AuditEvent.act).order_by(AuditEvent.number)).all()
        assert acts[-1] == "refused"


def told(app):
    with app.app_context(), db.engine.connect() as connection:
        return list(logins.look(connection, app.extensions["dengshao"].config))


# What an operator may have done by hand, and what doctor says of it.
WRONG = {
    "GRANT SELECT (sealed) ON tip TO dengshao_intake": "多了 tip.sealed 的 SELECT",
    "GRANT DELETE ON audit_event TO dengshao": "多了 audit_event 的 DELETE",
    "GRANT TRUNCATE ON tip TO dengshao_desk": "多了 tip 的 TRUNCATE",
    "REVOKE INSERT ON tip FROM dengshao_intake": "少了 tip.channel 的 INSERT",
    "GRANT dengshao_desk TO dengshao_intake": "能改表或能当别的账号",
    "ALTER ROLE dengshao_counts CREATEROLE": "能改表或能当别的账号",
    "GRANT CREATE ON SCHEMA public TO dengshao_mailbox": "能改表或能当别的账号",
    "ALTER TABLE note OWNER TO dengshao": "能改表或能当别的账号",
}


def test_doctor_names_what_a_login_may_too_much_or_too_little(apart):
    assert [one.state for one in told(apart)] == [State.GOOD]
    for statement, words in WRONG.items():
        # Rolled back: logins are the whole server's, and the other tests' too.
        with apart.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql(statement)
            config = apart.extensions["dengshao"].config
            (found,) = logins.look(connection, config)
            connection.rollback()
        assert found.state is State.BAD, statement
        assert words in found.words
    assert [one.state for one in told(apart)] == [State.GOOD]


def test_the_command_prints_what_it_would_do_and_does_it(app):
    runner = app.test_cli_runner()
    printed = runner.invoke(roles, [])
    done = runner.invoke(roles, ["--apply"])

    assert printed.output == "".join(f"{one};\n" for one in grants.statements(PREFIX))
    assert done.exit_code == 0, done.output
    assert [one.state for one in told(app)] == [State.GOOD]


@pytest.fixture
def as_login(environ):
    """Make the application as a login of another name sees it."""
    made = []

    def make(name):
        url = make_url(environ["DENGSHAO_DATABASE_URL"]).set(username=name)
        address = {"DENGSHAO_DATABASE_URL": url.render_as_string(hide_password=False)}
        made.append(quick(create_app(load_config(environ | address))))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.dispose()


def test_the_service_sweeps_as_a_login_that_owns_no_table(apart, units, as_login):
    Reporter(apart.test_client()).tip()
    work = as_login(PREFIX).test_cli_runner()

    assert work.invoke(sweep, []).exit_code == 0
    refused = work.invoke(roles, ["--apply"])
    assert refused.exit_code == 1
    assert "表的主人" in refused.output


def test_an_owner_who_is_no_superuser_migrates_and_gives_the_rights(postgresql, environ, as_login):
    name = databases.new_name("t")
    databases.run(
        postgresql,
        "DROP ROLE IF EXISTS keeper",
        "CREATE ROLE keeper LOGIN CREATEROLE",
        *(f"DROP ROLE IF EXISTS small{'_' * bool(one)}{one}" for one in Login),
        f"CREATE DATABASE {name} OWNER keeper",
    )
    environ["DENGSHAO_DATABASE_URL"] = databases.url_of(postgresql, name)
    environ["DENGSHAO_DATABASE_LOGINS"] = "small"
    owner = as_login("keeper")
    migrated = owner.test_cli_runner().invoke(migrate, [])
    refused = as_login("small").test_cli_runner().invoke(migrate, [])
    found = told(owner)
    with owner.app_context():
        db.dispose()
    databases.drop_database(postgresql, name)

    assert (migrated.exit_code, refused.exit_code) == (0, 0), migrated.output
    assert [one.state for one in found] == [State.GOOD], found


@pytest.mark.parametrize(
    ("prefix", "address"),
    [("Deng", "postgresql+psycopg://a@b/c"), ("a b", "postgresql://a@b/c"), ("dengshao", None)],
)
def test_a_setting_that_makes_no_logins_stops_the_start(environ, prefix, address):
    wrong = environ | {"DENGSHAO_DATABASE_LOGINS": prefix}
    wrong |= {"DENGSHAO_DATABASE_URL": address} if address else {"DENGSHAO_DATABASE_URL": ""}
    with pytest.raises(ConfigError, match="DENGSHAO_DATABASE_LOGINS"):
        load_config({name: value for name, value in wrong.items() if value})
