"""An excluded office is never reached, whatever the server says: the tables.

Every answer about officials × every set of excluded offices × what was changed. The browser's own
modules seal in one Node process; who can open what is tried with the keys of all units.
"""

import base64
import json
from dataclasses import replace
from itertools import chain, combinations

import pytest

from admin.district.data import routes_digest
from admin.sealing import age, member
from admin.sealing.age import HybridIdentity
from admin.tip.routing import Circumstances, Ways, choose_unit
from admin.vault.offered import routes_of
from tests.node import run_jobs
from tests.shared_tips import DISTRICT

from .conftest import HERE

SITE = "0123456789abcdef"
UNITS = [unit.id for unit in DISTRICT.units.values() if not unit.practice]
EXCLUSIONS = list(
    chain.from_iterable(
        combinations(DISTRICT.offices, count) for count in range(len(DISTRICT.offices) + 1)
    )
)
FACTS = [
    {"category": "A4", "official": official, "exclude": list(exclude)}
    for official in ("yes", "no", "unclear")
    for exclude in EXCLUSIONS
]
KINDS = ["message", "danger", "withdraw"]
# What is changed beside the tip's row.
WORLDS = ["nothing", "routes.json", "keys.json", "all of it"]
# Whoever changed the server wants every word at the police.
STEERED = replace(
    DISTRICT,
    ways=Ways(("police",), "police"),
    offices={key: replace(office, unit=None) for key, office in DISTRICT.offices.items()},
)


class Keys:
    def __init__(self, unit_id):
        self.key_id = 7
        self.identity, self.recovery = HybridIdentity.generate(), HybridIdentity.generate()
        self.recipients = [str(self.identity.recipient), str(self.recovery.recipient)]
        self.published = {
            "unit": unit_id,
            "fingerprint": member.fingerprint(unit_id, *self.recipients),
        }


def lawful(facts):
    return choose_unit(DISTRICT, circumstances(facts), UNITS)


def circumstances(facts):
    exclude = tuple(facts["exclude"])
    return Circumstances(facts["category"], facts["official"], exclude, "unclear", "unclear")


def may_read(facts, unit_id):
    """Say, without any of the code that is tried, whether this unit may ever have these words."""
    if unit_id in {DISTRICT.offices[office].unit for office in facts["exclude"]}:
        return False
    return not is_about_officials(facts) or unit_id in ("supervision", "upper")


def is_about_officials(facts):
    official = facts["official"]
    return official == "yes" or (official == "unclear" and bool(facts["exclude"]))


@pytest.fixture(scope="module")
def units():
    return {unit_id: Keys(unit_id) for unit_id in UNITS}


@pytest.fixture(scope="module")
def worlds(units):
    """What the server and the static site say, by what was changed."""
    routes, steered = (routes_of(one, SITE, units) for one in (DISTRICT, STEERED))
    digest, false = routes_digest(DISTRICT), routes_digest(STEERED)
    keys = [unit.published for unit in units.values()]
    closed = {name: row | {"recipients": []} for name, row in routes["units"].items()}
    open_one = closed | {"police": routes["units"]["police"]}
    return {
        "nothing": {"routes": routes, "keys": keys, "digest": digest},
        "routes.json": {"routes": steered, "keys": keys, "digest": digest},
        "keys.json": {"routes": routes, "keys": keys, "digest": false},
        "all of it": {"routes": steered, "keys": keys, "digest": false},
        # Which units are open is in no hash: a liar may call every other one closed.
        "closed units": {"routes": routes | {"units": open_one}, "keys": keys, "digest": digest},
    }


@pytest.fixture(scope="module")
def moves():
    """Every tip, said to lie at each unit, its own too, by what else was changed."""
    cases = [
        {"answers": facts, "from": lawful(facts), "to": unit_id, "world": world, "kinds": KINDS}
        for world in WORLDS
        for facts in FACTS
        for unit_id in UNITS
    ]
    # A letter knows no answers: where the row is true, one of each unit shows what becomes of all.
    shown = set()
    for case in (case for case in cases if case["from"] == case["to"]):
        one = (case["world"], case["to"])
        case["kinds"] = [] if one in shown else KINDS
        shown.add(one)
    thread = {"reference": "ABCDE-FGHJK", "status": "received", "messages": []}
    return {"thread": thread, "cases": cases}


@pytest.fixture(scope="module")
def found(worlds, moves):
    given = {"facts": FACTS, "worlds": worlds, "moves": moves}
    return run_jobs(HERE / "where_jobs.mjs", json.loads(json.dumps(given)), seconds=600)


def readers(units, cover):
    """Try every unit's key, and its recovery key, on the words and on the label."""
    return {
        unit_id
        for unit_id, keys in units.items()
        for identity in (keys.identity, keys.recovery)
        for part in ("sealed", "label")
        if part in cover and opens(identity, cover[part])
    }


def opens(identity, sealed):
    try:
        age.open_sealed(base64.b64decode(sealed), [identity])
    except age.NoMatch:
        return False
    return True


def test_the_table_is_whole(found):
    assert len(FACTS) == 3 * 2 ** len(DISTRICT.offices) == 384
    assert {name: len(rows) for name, rows in found["tips"].items()} == dict.fromkeys(
        ("nothing", "routes.json", "keys.json", "all of it", "closed units"), 384
    )


def test_where_nothing_is_changed_the_one_lawful_unit_opens_it(found, units):
    for facts, cover in zip(FACTS, found["tips"]["nothing"], strict=True):
        assert readers(units, cover) == {lawful(facts)}
        assert may_read(facts, lawful(facts))


@pytest.mark.parametrize("changed", ["routes.json", "keys.json"])
def test_where_one_of_the_two_is_changed_nothing_is_sealed_and_the_page_says_so(found, changed):
    assert found["tips"][changed] == [{"error": "FalseRoutes"}] * len(FACTS)


def test_a_unit_that_is_called_closed_sends_nothing_to_an_excluded_one(found, units):
    sealed = 0
    for facts, cover in zip(FACTS, found["tips"]["closed units"], strict=True):
        if "error" in cover:
            assert cover == {"error": "NoUnit"}
            continue
        sealed += 1
        assert all(may_read(facts, unit_id) for unit_id in readers(units, cover))
    assert sealed


def test_where_all_is_changed_at_once_first_words_can_be_steered(found, units):
    """What SECURITY.md says is still possible; the desk shows it to whoever opens such a tip."""
    for cover in found["tips"]["all of it"]:
        assert readers(units, cover) == {"police"}


def stored_tips(found, moves, world, *, is_row_true):
    cases = zip(moves["cases"], found["moves"], strict=True)
    return [
        (case, told)
        for case, told in cases
        if case["world"] == world and (case["from"] == case["to"]) is is_row_true
    ]


@pytest.mark.parametrize("world", WORLDS)
def test_words_for_a_stored_tip_go_to_no_unit_without_its_mark_whatever_is_changed(
    found, moves, world
):
    rows = stored_tips(found, moves, world, is_row_true=False)
    assert len(rows) == len(FACTS) * (len(UNITS) - 1)
    # The form's own page asks the routes first: whichever it finds false, the alarm says so.
    on_the_page = "FalseRoutes" if world in ("routes.json", "keys.json") else "Strayed"
    told_of_all = {kind: {"error": "Strayed"} for kind in KINDS}
    for _case, told in rows:
        assert told == {"supplement": {"error": on_the_page}} | told_of_all


@pytest.mark.parametrize("world", WORLDS)
def test_where_the_row_is_true_later_words_of_the_mailbox_are_for_its_unit_alone(
    found, moves, units, world
):
    rows = stored_tips(found, moves, world, is_row_true=True)
    assert len(rows) == len(FACTS)
    seen = set()
    for case, told in rows:
        for kind in case["kinds"]:
            assert readers(units, told[kind]) == {case["from"]}
            seen.add((case["from"], kind))
    assert seen == {(lawful(facts), kind) for facts in FACTS for kind in KINDS}


@pytest.mark.parametrize("world", ["routes.json", "keys.json"])
def test_where_one_of_the_two_is_changed_the_page_that_sent_a_tip_adds_nothing(found, moves, world):
    for _case, told in stored_tips(found, moves, world, is_row_true=True):
        assert told["supplement"] == {"error": "FalseRoutes"}


def test_where_nothing_is_changed_the_page_that_sent_a_tip_adds_for_its_unit_alone(
    found, moves, units
):
    for case, told in stored_tips(found, moves, "nothing", is_row_true=True):
        assert readers(units, told["supplement"]["letter"]) == {case["from"]}


def test_where_routes_and_site_are_changed_added_words_are_for_its_unit_or_first_words_anew(
    found, moves, units
):
    """What SECURITY.md says is still possible: by such routes the tip's unit may not have them."""
    apart = 0
    for case, told in stored_tips(found, moves, "all of it", is_row_true=True):
        if told["supplement"] == {"apart": True}:
            # A tip of its own, under another receipt: as the first words above.
            assert may_read(case["answers"], case["from"])
            apart += 1
            continue
        assert readers(units, told["supplement"]["letter"]) == {case["from"]}
    assert apart == sum(is_about_officials(facts) for facts in FACTS)
