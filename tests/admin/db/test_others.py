"""Other programs of the installation are seen at work on the database, as whatever they ask."""

from types import SimpleNamespace

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from admin.db import grants, others
from admin.db.others import OthersWork, require_alone
from tests.databases import create_database, drop_database, new_name

PREFIX = "dengshao"


@pytest.fixture(scope="module")
def empty(postgresql):
    """A database that every login may reach."""
    name = new_name("t")
    url = create_database(postgresql, name)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in grants.statements(PREFIX):
            if "ROLE" in statement:
                connection.execute(text(statement))
    yield url
    drop_database(postgresql, name)


@pytest.fixture
def asked_as(empty):
    """Connect as a login, and stay; None is the address's own."""
    held = []

    def connect(login=None):
        url = make_url(empty).set(username=login) if login else empty
        held.append(create_engine(url, poolclass=NullPool).connect())
        held[-1].execute(text("SELECT 1"))
        return held[-1]

    yield connect
    for one in held:
        one.close()


@pytest.fixture
def pauses(monkeypatch):
    """What is done in the pauses between looks, each a function; then nothing."""
    acts = []
    # Its own `time` alone: other threads of this process sleep too, and would take an act away.
    own = SimpleNamespace(sleep=lambda _seconds: acts and acts.pop(0)())
    monkeypatch.setattr(others, "time", own)
    return acts


# As whom it is looked, whether the logins are apart, who else is there; whether that is one of us.
SEEN = [
    (None, "", None, True),
    (PREFIX, PREFIX, PREFIX, True),
    (PREFIX, PREFIX, f"{PREFIX}_desk", True),
    (PREFIX, PREFIX, f"{PREFIX}_counts", True),
    (PREFIX, PREFIX, None, False),
    (PREFIX, "", f"{PREFIX}_desk", False),
    (None, PREFIX, f"{PREFIX}_intake", True),
]


@pytest.mark.parametrize(("own", "prefix", "other", "is_ours"), SEEN)
def test_who_asks_as_one_of_the_installations_logins_is_seen(
    asked_as, pauses, own, prefix, other, is_ours
):
    mine = asked_as(own)
    asked_as(other)
    if is_ours:
        with pytest.raises(OthersWork) as found:
            require_alone(mine, prefix)
        assert found.value.sessions == 1
    else:
        require_alone(mine, prefix)


def test_who_leaves_in_time_was_no_hindrance(asked_as, pauses):
    mine, node = asked_as(), asked_as()
    pauses += [lambda: None] * 5 + [node.close]

    require_alone(mine, "")

    assert pauses == []


def test_who_comes_between_two_looks_is_seen(asked_as, pauses):
    mine = asked_as()
    pauses += [lambda: None, asked_as]

    with pytest.raises(OthersWork):
        require_alone(mine, "")
