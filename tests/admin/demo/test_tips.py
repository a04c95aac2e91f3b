"""The demo's tips are ones that the form would take, and are not those of the samples."""

import json

from sqlalchemy import select

from admin.cleaning import sniff
from admin.config import ROOT
from admin.demo.evidence import EVIDENCE
from admin.demo.fill import fill_tips
from admin.demo.tips import demo_files, demo_tips
from admin.district.data import load_district
from admin.models import Message, Upload
from admin.sealing import age, payload
from admin.sealing.files import parse_entries
from admin.tip.routing import (
    Circumstances,
    choose_unit,
    choose_urgency,
)
from admin.tip.urgency import Urgency
from admin.vault import vault

DISTRICT = load_district(ROOT / "content")
CHOICES = {
    "category": DISTRICT.categories,
    "township": DISTRICT.townships,
    **{name: DISTRICT.choices[name] for name in ("when", "minor", "official", "basis", "answer")},
}
FREE = {"what", "place", "who", "objects", "harm", "fear", "exclude"}


def circumstances(tip):
    return Circumstances(
        category=tip["category"],
        official=tip["official"],
        exclude=tuple(tip.get("exclude", ())),
        when=tip.get("when", ""),
        minor=tip["minor"],
    )


def test_there_are_ten_and_each_has_fields_of_the_form_only():
    tips = demo_tips()

    assert len(tips) == 10
    for tip in tips:
        assert set(tip) <= set(CHOICES) | FREE
        assert tip["what"]
        assert tip["place"]
        assert all(tip[name] in options for name, options in CHOICES.items() if name in tip)
        assert all(office in DISTRICT.offices for office in tip.get("exclude", []))


def test_every_unit_but_the_upper_one_gets_one():
    units = {choose_unit(DISTRICT, circumstances(tip), DISTRICT.units) for tip in demo_tips()}

    assert units == {"police", "drugs", "trade", "supervision"}


def test_one_is_urgent_one_of_a_minor_one_of_an_official_and_one_unclear():
    tips = demo_tips()

    assert [choose_urgency(circumstances(tip)) for tip in tips].count(Urgency.P0) == 1
    assert any(tip["minor"] == "yes" for tip in tips)
    assert sum(tip["official"] == "yes" and bool(tip.get("exclude")) for tip in tips) == 1
    assert sum(tip["category"] == "unclear" for tip in tips) == 1


def test_none_is_one_of_the_samples(shared):
    samples = [json.loads(path.read_text()) for path in (shared / "tips").glob("*.json")]
    words = {sample["fields"]["what"] for sample in samples}

    assert not words & {tip["what"] for tip in demo_tips()}


def test_one_brings_a_picture_and_a_sound_that_are_what_they_say():
    brought = [names for names in demo_files() if names]

    assert brought == [["picture", "sound"]]
    assert len(demo_files()) == len(demo_tips())
    made = {name: sniff(make()) for name, (_shown, make) in EVIDENCE.items()}
    assert made == {"picture": "image/png", "sound": "audio/wav"}


def test_the_files_lie_sealed_in_the_store_and_open_by_the_key_in_their_message(session, units):
    fill_tips(session, vault().blobs)
    session.commit()

    (tip_id,) = set(session.scalars(select(Upload.tip_id)))
    (message,) = session.scalars(select(Message).filter_by(tip_id=tip_id))
    clear = age.open_sealed(message.sealed, [units["police"].identity])
    files = json.loads(payload.Envelope.parse(clear).body)["files"]
    for entry, (name, make) in zip(parse_entries(files), EVIDENCE.values(), strict=True):
        blob = age.open_sealed(vault().blobs.read(entry.blob, 0), [age.parse_identity(entry.key)])
        assert (entry.name, blob[: entry.size]) == (name, make())
