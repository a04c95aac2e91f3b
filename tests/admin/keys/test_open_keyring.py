"""The browser believes nothing that the server says of keys: run in Node, on what Python made."""

import base64
import copy
import json

import pytest

from admin.config import ROOT
from admin.keys import issuing
from admin.keys import keyring as keyrings
from admin.sealing.age import seal
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.member import roster_mac, successor_mac
from admin.signin import services
from tests.admin.staff import PASSPHRASE
from tests.node import ask_jobs

SCRIPT = ROOT / "tests" / "admin" / "keys" / "open_keyring.mjs"


def sealed_to(recipient, identity):
    return base64.b64encode(seal(str(identity).encode(), [recipient])).decode()


def change_unit(**changes):
    return lambda ring, _other: ring["units"][0].update(changes)


def swap_recipient(ring, other):
    ring["units"][0]["recipient"] = other.recipient.text


def swap_recovery(ring, other):
    ring["units"][0]["recovery"] = other.recipient.text


def slip_in_a_holder(ring, other):
    ring["units"][0]["roster"].append(["eve", other.recipient.text])


def leave_a_holder_out(ring, _other):
    ring["units"][0]["roster"].pop()


def invent_a_whole_unit(ring, other):
    """A server that makes a key of its own, a roster and a MAC, all sound, for this member."""
    roster = [["", other.recipient.text], ["ada", "age1pq1not-ada"]]
    grant = base64.b64encode(seal(str(other).encode(), [MEMBER["recipient"]])).decode()
    ring["units"] = [
        {
            "unit_id": "police",
            "recipient": other.recipient.text,
            "recovery": other.recipient.text,
            "roster": roster,
            "roster_mac": roster_mac(other.seed, [tuple(row) for row in roster]),
            "grant": grant,
        }
    ]


def swap_member(ring, other):
    ring["recipient"] = other.recipient.text


def rename_member(ring, _other):
    ring["name"] = "bo"


def swap_grant(ring, other):
    ring["units"][0]["grant"] = sealed_to(MEMBER["recipient"], other)


MEMBER = {}
FORGERIES = {
    "another recipient": (swap_recipient, "unit"),
    "a unit key of the server's own": (swap_grant, "unit"),
    "another recovery sheet": (swap_recovery, "recovery"),
    "a holder slipped in": (slip_in_a_holder, "roster"),
    "a holder left out": (leave_a_holder_out, "roster"),
    "a MAC made up": (change_unit(roster_mac="0" * 64), "roster"),
    "a grant cut short": (change_unit(grant="YWdl"), "grant"),
    "another member": (swap_member, "member"),
    "another name": (rename_member, "roster"),
    "a whole unit that names another key for me": (invent_a_whole_unit, "roster"),
}


@pytest.fixture
def job(session, unit, made):
    """What the browser of `ada` has when it starts to open."""
    MEMBER["recipient"] = made[0].identity.recipient
    salts = services.find_salts(session, "ada", b"k" * 32)
    grants = keyrings.read_grants(session, unit.first.id)
    keyring = {
        "name": "ada",
        "recipient": unit.first.recipient,
        "sealed_identity": base64.b64encode(unit.first.sealed_identity).decode(),
        "units": [keyrings.grant_json(grant) for grant in grants],
    }
    keyring = json.loads(json.dumps(keyring))
    return {
        "keyring": keyring,
        "passphrase": PASSPHRASE,
        "code": made[0].code,
        "salt": salts.seal.hex(),
    }


def add_a_newer_key(ring, *, vouched_by, grant_to=None):
    """Put a key after the one in the ring, as a renewal does; gives its identity."""
    old = ring["units"][0]
    newer = HybridIdentity.generate()
    recipients = newer.recipient.text, HybridIdentity.generate().recipient.text
    roster = [["", recipients[1]], ["ada", ring["recipient"]]]
    old |= {"retired": True}
    ring["units"].insert(
        0,
        {
            "unit_id": "police",
            "id": "2",
            "retired": False,
            "succeeds": old["id"],
            "vouch": successor_mac(vouched_by, "police", *recipients),
            "recipient": recipients[0],
            "recovery": recipients[1],
            "roster": roster,
            "roster_mac": roster_mac(newer.seed, [tuple(row) for row in roster]),
            "grant": sealed_to(grant_to or MEMBER["recipient"], newer),
        },
    )
    return newer


@pytest.fixture
def old_identity(session, unit, made):
    return issuing.open_grant(session, unit.key, unit.first, made[0].identity)


def test_a_newer_key_comes_with_the_older_ones_once_a_holder_vouched_for_it(job, old_identity):
    newer = add_a_newer_key(job["keyring"], vouched_by=old_identity.seed)

    (answer,) = open_in_node([job])

    police = answer["opened"]["units"]["police"]
    assert police["identities"] == [str(newer), str(old_identity)]
    assert (police["identity"], police["recipient"]) == (str(newer), newer.recipient.text)
    assert police["isVouched"] is True


def test_who_was_handed_the_older_key_only_opens_old_tips_and_seals_to_none(job, old_identity):
    job["keyring"]["units"][0]["retired"] = True

    (answer,) = open_in_node([job])

    police = answer["opened"]["units"]["police"]
    ids = [job["keyring"]["units"][0]["id"]]
    assert police == {"identities": [str(old_identity)], "keyIds": ids, "isOldOnly": True}


def test_a_newer_key_of_the_servers_own_is_refused_or_not_trusted_with_old_tips(job, old_identity):
    forged = copy.deepcopy(job)
    add_a_newer_key(forged["keyring"], vouched_by=b"s" * 32)
    unvouched = copy.deepcopy(job)
    add_a_newer_key(unvouched["keyring"], vouched_by=b"s" * 32)
    unvouched["keyring"]["units"][0]["vouch"] = None
    unlinked = copy.deepcopy(job)
    add_a_newer_key(unlinked["keyring"], vouched_by=b"s" * 32)
    unlinked["keyring"]["units"][0]["succeeds"] = "77"
    two = copy.deepcopy(job)
    add_a_newer_key(two["keyring"], vouched_by=old_identity.seed)
    two["keyring"]["units"][1]["retired"] = False
    altered = copy.deepcopy(job)
    add_a_newer_key(altered["keyring"], vouched_by=old_identity.seed)
    altered["keyring"]["units"][1]["roster"].pop()

    *refused, last = open_in_node([forged, unvouched, two, altered, unlinked])

    assert [answer.get("what") for answer in refused] == ["unit", "unit", "unit", "roster"]
    assert last["opened"]["units"]["police"]["isVouched"] is False


def with_next(job, old_identity, **changes):
    """The ring of one who was given the unit's next key, and what a server may make of it."""
    given = copy.deepcopy(job)
    ring = given["keyring"]
    seed = changes.pop("vouched_by", old_identity.seed)
    newer = add_a_newer_key(ring, vouched_by=seed)
    ring["next"] = ring["units"].pop(0) | changes
    ring["units"][0]["retired"] = False
    return given, newer


def test_a_next_key_is_read_out_and_nothing_is_sealed_to_it(job, old_identity):
    given, newer = with_next(job, old_identity)

    (answer,) = open_in_node([given])

    police = answer["opened"]["units"]["police"]
    told = given["keyring"]["next"]
    assert police["next"] == {"recipient": told["recipient"], "recovery": told["recovery"]}
    assert (police["identity"], police["identities"]) == (str(old_identity), [str(old_identity)])
    assert police["recipient"] != newer.recipient.text


def test_a_next_key_of_the_servers_own_is_refused(job, old_identity):
    other = HybridIdentity.generate().recipient.text
    forged = [
        with_next(job, old_identity, vouched_by=b"s" * 32)[0],
        with_next(job, old_identity, vouch=None)[0],
        with_next(job, old_identity, succeeds="77")[0],
        with_next(job, old_identity, recovery=other)[0],
        with_next(job, old_identity, recipient=other)[0],
        with_next(job, old_identity, roster_mac="0" * 64)[0],
    ]

    answers = open_in_node(forged)

    assert [one.get("what") for one in answers] == [
        *("unit", "unit", "unit", "recovery", "unit", "roster")
    ]


def open_in_node(jobs):
    # As long as a test may take: stretching passphrases is slow on purpose.
    return ask_jobs(SCRIPT, jobs, seconds=300)


def test_the_browser_opens_what_python_made_and_refuses_every_forgery(job, unit):
    other = HybridIdentity.generate()
    jobs = [job]
    for forge, _what in FORGERIES.values():
        forged = copy.deepcopy(job)
        forge(forged["keyring"], other)
        jobs.append(forged)

    opened, *refused = open_in_node(jobs)

    ((unit_id, keys),) = opened["opened"]["units"].items()
    assert unit_id == "police"
    assert (keys["recipient"], keys["recovery"]) == (unit.key.recipient, unit.key.recovery)
    assert keys["identity"].startswith("AGE-SECRET-KEY-PQ-1")
    for name, answer in zip(FORGERIES, refused, strict=True):
        assert (name, answer) == (name, {"error": "KeysChanged", "what": FORGERIES[name][1]})


def test_a_wrong_passphrase_code_or_salt_opens_nothing(job):
    wrong = [
        {**job, "passphrase": "another passphrase"},
        {**job, "code": "0" * 26},
        {**job, "salt": "00" * 16},
    ]

    answers = open_in_node(wrong)

    assert answers == [{"error": "WrongSecret", "what": ""}] * 3
