"""First tips are of one length on the line and in their rows, whatever they are about."""

import json
from itertools import product

import pytest

from admin.district.data import routes_digest
from admin.vault.offered import routes_of
from tests.node import run_jobs
from tests.shared_tips import DISTRICT

from .conftest import HERE
from .test_where import SITE, UNITS, Keys

# Ids as short and as long as a district may choose them; key ids are random numbers.
KEY_IDS = {"police": 1, "drugs": 2**63 - 1, "trade": 12345, "supervision": 2**62, "upper": 10**17}
WAYS = {
    "police": {"category": "A1"},
    "drugs": {"category": "B1"},
    "trade": {"category": "D"},
    "supervision": {"category": "A10"},
    "upper": {"category": "B2", "official": "yes", "exclude": ["discipline"]},
}
LONG = {"what": "字" * 600, "place": "村" * 200, "who": "人" * 250, "harm": "😀" * 200}
NOTHING = {"entries": [], "tickets": []}
FEW = {
    "entries": [
        {"name": "IMG_0001.jpg", "type": "image/jpeg", "size": 3_000_000, "sha256": "ab" * 32}
        | {"blob": "cd" * 16, "key": f"AGE-SECRET-KEY-PQ-1{'Q' * 58}", "offset": 0}
        | {"state": "cleaned"}
    ]
    * 3,
    "tickets": ["x" * 120] * 3,
}


def case(way, official, contact, words, files, proof):
    fields = {"what": "一", "place": "桥", "official": official} | way | words
    fields |= {"exclude": way.get("exclude", [])}
    return {"fields": fields, "contact": contact, "files": files, "proof": "p" * proof}


@pytest.fixture(scope="module")
def world():
    units = {unit_id: Keys(unit_id) for unit_id in UNITS}
    for unit_id, keys in units.items():
        keys.key_id = KEY_IDS[unit_id]
    routes = routes_of(DISTRICT, SITE, units)
    keys = [unit.published for unit in units.values()]
    return {"routes": routes, "keys": keys, "digest": routes_digest(DISTRICT)}


def sizes(cases, world):
    given = json.loads(json.dumps({"cases": cases, "world": world}))
    found = run_jobs(HERE / "size_jobs.mjs", given)
    return found, {(one["sent"], *one["row"]) for one in found}


def test_nobody_tells_from_its_length_to_whom_a_tip_goes_nor_what_it_brings(world):
    official = ("yes", "no", "unclear")
    ways = [way for unit, way in WAYS.items() if unit != "upper"]
    cases = [
        *(
            case(way, official, contact, words, NOTHING, proof)
            for (way, official, contact), (words, proof) in product(
                product(ways, official, ("", "电" * 200)), (({}, 250), (LONG, 330))
            )
        ),
        case(WAYS["upper"], "yes", "", LONG, NOTHING, 300),
        *(case(way, "no", contact, {}, FEW, 300) for way in ways for contact in ("", "电话")),
    ]

    found, lengths = sizes(cases, world)

    assert {one["unit"] for one in found} == set(UNITS)
    assert len(lengths) == 1


def test_what_is_longer_than_most_grows_in_steps(world):
    longest = {name: "字" * 500 for name in ("who", "objects", "harm", "fear")}
    whole = case(WAYS["police"], "no", "电" * 200, longest | {"what": "字" * 2000}, NOTHING, 300)

    found, _lengths = sizes([case(WAYS["police"], "no", "", {}, NOTHING, 300), whole], world)

    # Eight KiB more in the tip, a third more than that in base64; whole steps of four on the line.
    assert found[1]["row"][0] - found[0]["row"][0] == 10_920
    assert (found[1]["sent"] - found[0]["sent"]) % 4096 == 0
