"""Tips sealed in the browser: Python opens them, and reads them as it reads its own."""

import base64
import json
import re
from collections import Counter

import pytest

from admin.district.data import routes_digest
from admin.sealing import age, marks, member, payload, receipt
from admin.sealing.age import HybridIdentity
from admin.vault.offered import routes_of
from tests.shared_tips import DISTRICT

SITE = "0123456789abcdef"
DIGITS = "0123456789" * 3
FIELDS = {
    "category": "A1",
    "what": '有人堵门。\n"说"要\\砸；控制符 \x01\x1f，行分隔 \u2028，一半的字 \ud83d，表情 😀',
    "township": "shili",
    "place": "村口桥头",
    "when": "now",
    "minor": "yes",
    "official": "no",
    "exclude": ["village"],
}
WHOLE = FIELDS | {"what": FIELDS["what"].replace("\ud83d", "\ufffd")}


DIGEST = routes_digest(DISTRICT)


class Unit:
    """A unit's keys; it looks to `routes_of` as an open unit does."""

    def __init__(self, unit_id):
        self.id, self.key_id = unit_id, 7
        self.identity, self.recovery = HybridIdentity.generate(), HybridIdentity.generate()
        self.recipients = [str(self.identity.recipient), str(self.recovery.recipient)]

    @property
    def published(self):
        return {"unit": self.id, "fingerprint": member.fingerprint(self.id, *self.recipients)}


@pytest.fixture(scope="module")
def units():
    return {unit_id: Unit(unit_id) for unit_id in DISTRICT.units}


@pytest.fixture(scope="module")
def routes(units):
    return json.loads(json.dumps(routes_of(DISTRICT, SITE, units)))


@pytest.fixture(scope="module")
def keys(units):
    return [unit.published for unit in units.values()]


@pytest.fixture
def seal(work, routes, keys):
    """Seal a tip in node; `changes` go to its answers, the rest to the job."""

    def seal(changes=None, **job):
        fields = FIELDS | (changes or {})
        given = {"digits": DIGITS, "fields": fields, "contact": "", "routes": routes, "keys": keys}
        return work([("sealTip", given | {"digest": DIGEST} | job)])[0]

    return seal


def opened(sealed, identity):
    return age.open_sealed(base64.b64decode(sealed), [identity])


def test_the_unit_opens_what_the_browser_sealed_and_its_recovery_key_too(seal, units):
    cover = seal()
    unit = units["police"]

    assert (cover["unit"], cover["urgency"]) == ("police", "P0")
    reporter = receipt.derive(DIGITS, SITE)
    assert cover["lookup"] == reporter.lookup.hex()
    mark = marks.unit_mark(reporter.talk, "police", cover["reference"])
    assert cover["mark"] == mark.hex()
    for identity in (unit.identity, unit.recovery):
        plain = opened(cover["sealed"], identity)
        assert len(plain) == payload.TIP_CLASS
        tip = payload.Tip.parse(plain)
        assert (tip.reference, tip.fields) == (cover["reference"], WHOLE)
        assert (tip.reporter, tip.talk) == (str(reporter.identity.recipient), reporter.talk)
        # The very bytes that Python would have sealed.
        assert tip.to_bytes() == plain
    plain = opened(cover["label"], unit.identity)
    label = payload.Label.parse(plain)
    assert label == payload.Label("A1", "shili", ("minor", "danger"))
    assert label.to_bytes() == plain
    with pytest.raises(age.NoMatch):
        opened(cover["label"], unit.recovery)


def test_a_supervisory_tip_has_an_empty_label_and_no_other_unit_opens_it(seal, units):
    cover = seal({"official": "yes"})

    assert (cover["unit"], cover["urgency"]) == ("supervision", "P1")
    label = opened(cover["label"], units["supervision"].identity)
    assert label == payload.NO_LABEL.to_bytes()
    assert opened(cover["sealed"], units["supervision"].identity)
    with pytest.raises(age.NoMatch):
        opened(cover["sealed"], units["police"].identity)


def test_by_the_recovery_sheet_a_supervisory_tip_gets_no_other_label_than_it_had(seal, work, units):
    cover = seal({"official": "yes"})
    new = Unit("supervision")
    # The sheet does not open a label: it is made anew from the words.
    unit = {"identities": [str(units["supervision"].recovery)], "holdsAll": True}
    unit |= {"recipient": new.recipients[0], "recovery": new.recipients[1]}
    unit |= {"identity": str(new.identity)}
    bundle = {"old": "1", "reference": cover["reference"], "length": 0, "messages": {}, "notes": {}}
    bundle |= {"sealed": cover["sealed"], "label": cover["label"]}

    [moved] = work([("reseal", {"unit": unit, "bundle": bundle})])

    assert opened(moved["label"], new.identity) == payload.NO_LABEL.to_bytes()
    assert len(moved["label"]) == len(cover["label"])


def test_an_unanswered_township_is_unclear_on_the_label(seal, units):
    cover = seal({"township": ""})

    label = payload.Label.parse(opened(cover["label"], units["police"].identity))
    assert label.township == "unclear"


def test_two_units_have_to_open_a_contact_together(seal, units):
    cover = seal(contact="电话 010")

    unit, custodian, reviewer = (units[name] for name in ("police", "supervision", "upper"))
    tip = payload.Tip.parse(opened(cover["sealed"], unit.identity))
    assert "contact" not in tip.fields
    for identity in (unit.identity, reviewer.identity):
        with pytest.raises(age.NoMatch):
            age.open_sealed(tip.contact, [identity])
    for first in (custodian.identity, custodian.recovery):
        inner = age.open_sealed(tip.contact, [first])
        with pytest.raises(age.NoMatch):
            age.open_sealed(inner, [custodian.identity])
        plain = age.open_sealed(inner, [reviewer.identity])
        assert len(plain) == payload.CONTACT_STEP
        assert plain.decode().rstrip(" ") == "电话 010"


def closed(routes, *names):
    units = {
        name: row | ({"recipients": []} if name in names else {})
        for name, row in routes["units"].items()
    }
    return routes | {"units": units}


def stranger(routes, name):
    return with_keys(routes, name, Unit(name).recipients)


def with_keys(routes, name, recipients):
    units = routes["units"] | {name: routes["units"][name] | {"recipients": recipients}}
    return routes | {"units": units}


REFUSALS = {
    "no unit is open": (lambda routes: closed(routes, "police"), {}, "", "NoUnit"),
    "a key that nobody confirmed": (lambda routes: stranger(routes, "police"), {}, "", "FalseKey"),
    "a key of another unit": (
        lambda routes: with_keys(routes, "police", routes["units"]["drugs"]["recipients"]),
        {},
        "",
        "FalseKey",
    ),
    "another place for a contact": (
        lambda routes: routes | {"contact": {"custodian": "police", "reviewer": "upper"}},
        {},
        "010",
        "FalseRoutes",
    ),
    "a contact's reader excluded": (
        lambda routes: routes,
        {"exclude": ["discipline"]},
        "010",
        "ContactExcluded",
    ),
    "a custodian's false key": (
        lambda routes: stranger(routes, "supervision"),
        {},
        "010",
        "FalseKey",
    ),
    "a reviewer's false key": (lambda routes: stranger(routes, "upper"), {}, "010", "FalseKey"),
    "no custodian": (lambda routes: closed(routes, "supervision"), {}, "010", "NoContact"),
    "no reviewer": (lambda routes: closed(routes, "upper"), {}, "010", "NoContact"),
    "an office that nobody knows": (
        lambda routes: routes,
        {"exclude": ["palace"]},
        "",
        "FalseRoutes",
    ),
}


@pytest.mark.parametrize(("change", "answers", "contact", "error"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_sealed_is_not(seal, routes, change, answers, contact, error):
    assert seal(answers, routes=change(routes), contact=contact) == {"error": error}


def test_a_list_without_keys_confirms_none(seal):
    assert seal(keys=[]) == {"error": "FalseKey"}


def test_a_site_that_publishes_no_hash_confirms_no_route(seal):
    assert seal(digest="") == {"error": "FalseRoutes"}


def test_a_key_that_is_not_used_is_not_asked_about(seal, routes):
    assert seal(routes=stranger(routes, "drugs"))["unit"] == "police"


def test_javascript_reads_what_python_writes(work):
    tip = payload.Tip("ABCDE-FGHJK", WHOLE, "age1pq1x", bytes(32), contact=b"sealed")
    label = payload.Label("A1", "shili", ("minor",))
    given = [
        {"bytes": base64.b64encode(made.to_bytes()).decode(), "kind": kind}
        for made, kind in ((tip, "tip"), (label, "label"))
    ]
    found = work([("parse", row) for row in given])

    for row, parsed in zip(given, found, strict=True):
        assert json.loads(base64.b64decode(row["bytes"])) == parsed
        kind = parsed.pop("kind")
        assert work([(f"{kind}Bytes", parsed)]) == [row["bytes"]]


def test_a_supplements_body_is_the_one_that_the_server_would_write(work):
    [body] = work([("body", FIELDS)])

    assert body == json.dumps(WHOLE, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_references_and_digits_are_random_in_every_place(work):
    references, digits = work([("references", 2000), ("digits", 2000)])

    assert all(
        re.fullmatch(f"[{payload.CROCKFORD}]{{5}}-[{payload.CROCKFORD}]{{5}}", one)
        for one in references
    )
    assert all(re.fullmatch("[0-9]{30}", one) for one in digits)
    assert len(set(references)) == len(set(digits)) == 2000
    # By chance a character strays so far from its share once in a billion runs.
    for place in (0, 4, 6, 10):
        counts = Counter(one[place] for one in references)
        assert len(counts) == 32
        assert max(counts.values()) < 125
    for place in (0, 15, 29):
        counts = Counter(one[place] for one in digits)
        assert len(counts) == 10
        assert max(counts.values()) < 300


def mark_of(unit_id):
    return marks.unit_mark(receipt.derive(DIGITS, SITE).talk, unit_id, "ABCDE-FGHJK").hex()


class TestSupplement:
    """Words added to a tip that is stored."""

    @pytest.fixture
    def add(self, work, routes, keys, units):
        def add(changes=None, *, unit="police", **others):
            thread = {
                "reference": "ABCDE-FGHJK",
                "status": "received",
                "unit": {"id": unit, "recipients": units[unit].recipients},
                "messages": [{"number": 2, "digest": "ab" * 32}],
                "marks": [mark_of(unit)],
            } | others.pop("thread", {})
            sent = {"unit": unit}
            job = {
                "digits": DIGITS,
                "fields": FIELDS | (changes or {}),
                "thread": thread,
                "sent": sent,
                "routes": routes,
                "keys": keys,
                "digest": DIGEST,
            }
            return work([("sealSupplement", job | others)])[0]

        return add

    def test_the_unit_opens_it_and_it_stands_at_its_place(self, add, units):
        letter = add()["letter"]

        envelope = payload.Envelope.parse(opened(letter["sealed"], units["police"].identity))
        assert (letter["kind"], letter["number"], letter["urgency"]) == ("supplement", 3, "P0")
        assert letter["digest"] == envelope.digest
        envelope.verify(
            receipt.derive(DIGITS, SITE).talk,
            direction="reporter",
            reference="ABCDE-FGHJK",
            number=3,
            previous="ab" * 32,
        )
        assert json.loads(envelope.body) == WHOLE

    def test_a_supervisory_tip_stays_as_urgent_as_it_is(self, add):
        for unit in ("supervision", "upper"):
            assert "urgency" not in add({"official": "no"}, unit=unit)["letter"]

    @pytest.mark.parametrize(
        ("changes", "others"),
        [
            ({"official": "yes"}, {}),
            ({"official": "unclear", "exclude": ["town"]}, {}),
            ({"exclude": ["station"]}, {}),
            ({}, {"thread": {"status": "purged"}}),
        ],
        ids=["an official", "perhaps an official", "the unit's own office", "nobody is left"],
    )
    def test_what_the_unit_may_not_have_stands_apart(self, add, changes, others):
        assert add(changes, **others) == {"apart": True}

    def test_a_unit_that_can_read_no_words_now_is_told(self, add):
        assert add(thread={"unit": {"id": "", "recipients": []}}) == {"closed": True}

    def test_a_closed_unit_that_was_excluded_since_gets_nothing_later_either(self, add):
        changed = {"exclude": ["station"]}
        assert add(changed, thread={"unit": {"id": "", "recipients": []}}) == {"apart": True}

    @pytest.mark.parametrize("marked", [["police"], [], ["drugs", "police"]])
    def test_nothing_is_sealed_to_a_unit_without_a_mark(self, add, marked):
        marks = [mark_of(unit) for unit in marked]

        assert add(unit="trade", thread={"marks": marks}) == {"error": "Strayed"}

    def test_a_moved_tip_is_told_before_its_words_go_their_own_way(self, add):
        moved = {"marks": [mark_of("supervision")]}

        assert add({"official": "yes"}, unit="police", thread=moved) == {"error": "Strayed"}

    def test_a_mark_of_where_it_was_moved_to_lets_words_go_there(self, add):
        thread = {"marks": [mark_of("police"), mark_of("trade")]}

        assert add(unit="trade", thread=thread)["letter"]

    def test_no_key_of_the_mailbox_is_believed(self, add):
        false = Unit("police")
        thread = {"unit": {"id": "police", "recipients": false.recipients}}

        assert add(thread=thread) == {"error": "FalseKey"}
