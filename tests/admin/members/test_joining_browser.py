"""What browsers make of keys, Python opens, and the other way round: run in Node."""

import json
import secrets

import pytest

from admin.config import ROOT
from admin.keys import issuing, recovery_shares
from admin.keys.keyring import grant_json, read_grants
from admin.members import joining
from admin.models import KeyGrant, Member
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.check_code import check_code
from admin.sealing.member import encode_code, grouped_code, sign_in_secret
from admin.unit_keys import services as unit_keys
from tests.admin.staff import PASSPHRASE, UNIT
from tests.node import ask_jobs

SCRIPT = ROOT / "tests" / "admin" / "members" / "members_jobs.mjs"


def run(*jobs):
    # As long as a test may take: stretching passphrases is slow on purpose.
    return ask_jobs(SCRIPT, jobs, seconds=300)


@pytest.fixture(scope="module")
def browser_made():
    """A member whom a browser made, and the first key of a unit that they made."""
    member, *_rest = run({"job": "member", "name": "丁", "passphrase": PASSPHRASE})
    me = {"name": "丁", "recipient": member["made"]["posted"]["recipient"]}
    (unit,) = run({"job": "unit", "unit": UNIT, "me": me})
    return member["made"], unit["made"]


EDGES = [bytes(32), b"\xff" * 32, b"\x00" * 31 + b"\x01", b"\x80" + bytes(31)]


def test_halves_and_codes_are_printed_and_read_as_python_does():
    pairs = [(seed, random) for seed in EDGES for random in (EDGES[1], secrets.token_bytes(32))]
    split = run(*({"job": "split", "seed": s.hex(), "random": r.hex()} for s, r in pairs))
    for (seed, random), answer in zip(pairs, split, strict=True):
        first, second = answer["made"]
        assert first == recovery_shares._print(random)
        assert recovery_shares.join(first, second).seed == seed
    typed = recovery_shares.split(HybridIdentity(EDGES[3]))
    codes = [bytes(16), b"\xff" * 16, secrets.token_bytes(16)]
    back, *made = run(
        {"job": "join", "first": typed[0].lower().replace(" ", "-"), "second": typed[1]},
        *({"job": "code", "bytes": code.hex()} for code in codes),
    )
    assert bytes.fromhex(back["made"]) == EDGES[3]
    assert [answer["made"] for answer in made] == [encode_code(code) for code in codes]


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "U" + t[1:], lambda t: "Z" + t[1:]])
def test_what_is_no_half_is_refused_in_the_browser_too(change):
    first, second = recovery_shares.split(HybridIdentity.generate())

    (answer,) = run({"job": "join", "first": change(first), "second": second})

    assert answer["error"] == "BadHalf"


def test_a_member_made_in_a_browser_signs_in_and_opens_their_identity(session, browser_made):
    member = browser_made[0]
    keys = joining.read_keys(member["posted"])
    row = issuing.add_member(session, keys, name="丁", unit_id=UNIT, roles=["reviewer"])
    code = grouped_code(member["code"])

    auth = sign_in_secret(PASSPHRASE, code, row.salt)
    identity = issuing.open_identity(row, PASSPHRASE, code)

    assert issuing.stored_secret(auth) == row.auth_hash.hex()
    assert identity.recipient.text == row.recipient
    assert member["fingerprint"] == issuing.member_fingerprint("丁", row.recipient)


def test_nothing_that_is_posted_opens_anything(browser_made):
    member, unit = browser_made
    posted = json.dumps([member["posted"], unit["posted"]])

    assert member["code"] not in posted
    assert PASSPHRASE not in posted
    assert "AGE-SECRET-KEY" not in posted
    assert not any(half in posted for half in unit["halves"])


def test_a_unit_key_made_in_a_browser_opens_for_its_maker_and_from_the_two_halves(
    session, browser_made
):
    member, unit = browser_made
    keys = joining.read_keys(member["posted"])
    row = issuing.add_member(session, keys, name="丁", unit_id=UNIT, roles=["reviewer"])
    key = unit_keys.make_first_key(session, row, unit_keys.read_key(unit["posted"]))
    identity = issuing.open_identity(row, PASSPHRASE, member["code"])

    opened = issuing.open_grant(session, key, row, identity)

    issuing.check_roster(session, key, opened)
    assert unit["fingerprint"] == key.fingerprint
    assert recovery_shares.join(*unit["halves"]).recipient.text == key.recovery


def told(session, unit):
    """What the server tells a holder's browser."""
    return {
        "recipient": unit.key.recipient,
        "recovery": unit.key.recovery,
        "roster": issuing.roster(session, unit.key),
        "roster_mac": unit.key.roster_mac,
        "waiting": [{"name": unit.second.name, "recipient": unit.second.recipient}],
    }


def code_of(member):
    return check_code(issuing.member_fingerprint(member.name, member.recipient))


def opened_unit(session, unit, made):
    identity = issuing.open_grant(session, unit.key, unit.first, made[0].identity)
    return {
        "identity": str(identity),
        "identities": [str(identity)],
        "keyIds": [str(unit.key.id)],
        "recipient": unit.key.recipient,
        "recovery": unit.key.recovery,
    }


def test_a_holders_browser_hands_the_key_on_and_vouches_for_both(session, unit, made):
    job = {
        "job": "handOn",
        "unit": opened_unit(session, unit, made),
        "told": told(session, unit),
        "name": "bo",
        "typed": code_of(unit.second).replace(" ", "-"),
    }
    (answer,) = run(job)

    posted = unit_keys.read_grant(answer["made"])
    unit_keys.hand_on(session, unit.first, posted)

    opened = issuing.open_grant(session, unit.key, unit.second, made[1].identity)
    issuing.check_roster(session, unit.key, opened)


def swap_recipient(job, other):
    job["told"]["waiting"][0]["recipient"] = other


def forge_roster(job, other):
    job["told"]["roster"].append(["eve", other])


def forge_mac(job, _other):
    job["told"]["roster_mac"] = "0" * 64


def swap_key(job, other):
    job["told"]["recipient"] = other


def swap_recovery(job, other):
    job["told"]["recovery"] = other


def type_wrong(job, _other):
    job["typed"] = "0000 " * 6


def type_nothing(job, _other):
    job["typed"] = ""


def forget_who(job, _other):
    job["name"] = "eve"


REFUSALS = {
    swap_recipient: "fingerprint",
    type_wrong: "fingerprint",
    type_nothing: "fingerprint",
    forge_roster: "roster",
    forge_mac: "roster",
    swap_key: "roster",
    swap_recovery: "roster",
    forget_who: "gone",
}


def test_a_browser_hands_nothing_on_where_anything_was_changed(session, unit, made):
    other = HybridIdentity.generate().recipient.text
    jobs = []
    for change in REFUSALS:
        job = {
            "job": "handOn",
            "unit": opened_unit(session, unit, made),
            "told": told(session, unit),
            "name": "bo",
            "typed": code_of(unit.second),
        }
        change(job, other)
        jobs.append(json.loads(json.dumps(job)))

    answers = run(*jobs)

    found = {change: answer.get("what") for change, answer in zip(REFUSALS, answers, strict=True)}
    assert found == REFUSALS
    assert session.query(KeyGrant).count() == 1
    assert session.query(Member).count() == 3


# What was heard while they joined


def heard(session, unit, made, code, name="bo"):
    """What a holder's browser leaves with an invitation of what it heard."""
    identity = issuing.open_grant(session, unit.key, unit.first, made[0].identity)
    plain = code.replace(" ", "")
    (answer,) = run({"job": "heardMac", "seed": identity.seed.hex(), "name": name, "code": plain})
    return {"code": plain, "mac": answer["made"]}


def by_heard(session, unit, made, said):
    """What a holder's browser is told of who was heard, and asked to seal."""
    job = {"job": "handOn", "unit": opened_unit(session, unit, made), "name": "bo", "typed": None}
    (waiting,) = told(session, unit)["waiting"]
    all_told = told(session, unit) | {"waiting": [waiting | {"heard": said}]}
    return json.loads(json.dumps({**job, "told": all_told}))


def test_what_was_heard_while_they_joined_hands_the_key_on_without_another_word(
    session, unit, made
):
    said = heard(session, unit, made, code_of(unit.second))

    (answer,) = run(by_heard(session, unit, made, said))

    unit_keys.hand_on(session, unit.first, unit_keys.read_grant(answer["made"]))
    issuing.open_grant(session, unit.key, unit.second, made[1].identity)


def another_recipient(waiting, other):
    waiting["recipient"] = other


def another_code(waiting, other):
    waiting["recipient"] = other
    waiting["heard"]["code"] = check_code(issuing.member_fingerprint("bo", other)).replace(" ", "")


def a_made_up_mac(waiting, _other):
    waiting["heard"]["mac"] = "0" * 64


def no_word_at_all(waiting, _other):
    waiting["heard"] = None


LIES = (another_recipient, another_code, a_made_up_mac, no_word_at_all)


def test_a_lying_server_gets_nothing_sealed_by_what_was_heard(session, unit, made):
    said, other = heard(session, unit, made, code_of(unit.second)), HybridIdentity.generate()
    jobs = []
    for lie in LIES:
        job = by_heard(session, unit, made, dict(said))
        lie(job["told"]["waiting"][0], other.recipient.text)
        jobs.append(job)
    of_eve = heard(session, unit, made, code_of(unit.second), name="eve")
    jobs.append(by_heard(session, unit, made, of_eve))
    forged = by_heard(session, unit, made, said)
    forged["told"]["roster_mac"] = "0" * 64

    answers = run(*jobs, forged)

    assert [answer.get("what") for answer in answers] == ["fingerprint"] * len(jobs) + ["roster"]


SPOKEN = {
    "7078 5398 3642 4136 5121 6219 0042 1234": ("707853983642413651216219", "00421234"),
    "00421234": ("", "00421234"),
    "7078 5398 3642 4136 5121 6219": ("", "707853983642413651216219"),
}


def test_eight_groups_are_the_units_code_and_the_eight_digits_behind_it():
    answers = run(*({"job": "spokenParts", "typed": typed} for typed in SPOKEN))

    assert [tuple(answer["made"].values()) for answer in answers] == list(SPOKEN.values())


def keyring(session, unit):
    """What the server hands out to `bo`, as /desk/keyring.json has it."""
    (grant,) = read_grants(session, unit.second.id)
    return {"name": "bo", "recipient": unit.second.recipient, "units": [grant_json(grant)]}


def test_who_waits_opens_the_key_that_was_vouched_for_and_no_other(session, unit, made):
    identity = issuing.open_grant(session, unit.key, unit.first, made[0].identity)
    issuing._grant(session, unit.key, identity, unit.second)
    keys = {
        "name": "bo",
        "recipient": unit.second.recipient,
        "waiting": str(made[1].identity),
        "heard": {"unit": UNIT, "fingerprint": unit.key.fingerprint},
    }
    job = {"job": "openWaiting", "keys": keys, "keyring": keyring(session, unit)}
    swapped = {**job, "keys": keys | {"heard": {"unit": UNIT, "fingerprint": "0000 " * 7 + "0000"}}}

    opened, refused = run(job, swapped)

    assert opened["made"]["units"][UNIT]["identity"] == str(identity)
    # The own identity waits for nothing more.
    assert "waiting" not in opened["made"]
    assert refused["error"] == "KeysChanged"


def test_a_misheard_group_is_named_and_another_key_differs_in_all():
    code = "0123 4567 8901 2345 6789 0123"
    jobs = ({"job": "wrongGroups", "typed": typed, "code": code} for typed in TYPED)

    assert [answer["made"] for answer in run(*jobs)] == list(TYPED.values())


TYPED = {
    "０１２３-4567 890123456789 0123": [],
    "0123 4567 8907 2345 6789 0123": [3],
    "9876 5432 1098 7654 3210 9876": [1, 2, 3, 4, 5, 6],
    "0123 4567": None,
}
