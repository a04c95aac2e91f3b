"""What the scripted mailbox does without a page, beside what the server does."""

import re
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from admin.mailbox import words
from admin.mailbox.forms import ReceiptForm, WordsForm
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity
from admin.sealing.marks import unit_mark
from tests.node import NODE, ask_jobs
from tests.tampering import CASES, HONEST, KEYS, REFERENCE, SITE, TYPED

HERE = Path(__file__).parent


def node(*jobs):
    """Run jobs of the scripted mailbox under Node."""
    return ask_jobs(HERE / "thread_jobs.mjs", jobs)


def test_the_browser_derives_the_lookup_of_the_design():
    lookups = node({"act": "keys", "typed": TYPED, "site": SITE})

    assert lookups == ["9c2cc3905ca11196b576b2412e810eb7"]


def test_the_browsers_letter_opens_for_both_keys_of_the_unit_and_hangs_on_the_talk():
    unit, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    recipients = [str(unit.recipient), str(recovery.recipient)]
    answer = CASES["an honest talk"].answer() | {
        "unit": {"id": "police", "recipients": recipients},
        "marks": [unit_mark(KEYS.talk, "police", REFERENCE).hex()],
    }
    job = {"act": "seal", "typed": TYPED, "site": SITE, "answer": answer}

    (letter,) = node(job | {"kind": "danger", "body": "晚上八点\n𠮷"})

    for identity in (unit, recovery):
        plain = age.open_sealed(b64decode(letter["sealed"]), [identity])
        envelope = payload.Envelope.parse(plain)
        envelope.verify(
            KEYS.talk,
            direction="reporter",
            reference=REFERENCE,
            number=5,
            previous=HONEST[-1].digest,
        )
        assert len(plain) % payload.MESSAGE_STEP == 0
    assert (letter["kind"], letter["number"], letter["digest"]) == ("danger", 5, envelope.digest)
    assert envelope.body == "晚上八点\n𠮷"


def camel_words(app):
    """Give the sentences as a page's script finds them."""
    with app.test_request_context("/mailbox/"):
        named = words.script_words()
    return {
        re.sub("-(.)", lambda match: match[1].upper(), name.removeprefix("data-")): text
        for name, text in named.items()
    }


TYPED_WRONG = ["", "abc", TYPED[:-1], TYPED + "12", f"1{TYPED[1:]}", f"1{TYPED[1:-1]}9"]


def test_the_browser_says_the_same_about_a_wrong_receipt_as_the_server(app):
    sentences = camel_words(app)
    jobs = [{"act": "fault", "typed": typed, "words": sentences} for typed in [*TYPED_WRONG, TYPED]]

    found = node(*jobs)

    with app.test_request_context("/mailbox/"):
        expected = [
            fault_of(ReceiptForm(data={"receipt": typed}), "receipt") for typed in TYPED_WRONG
        ]
    assert found == [*expected, ""]
    assert all(expected)


def fault_of(form, name):
    form.validate()
    return "".join(form[name].errors)


@pytest.mark.parametrize("text", ["", "长" * 2001, "𠮷" * 2000])
def test_the_browser_says_the_same_about_words_as_the_server(app, text):
    job = {"act": "wordsFault", "text": text, "words": camel_words(app), "mayBeEmpty": False}

    found = node(job)

    with app.test_request_context("/mailbox/"):
        assert found == [fault_of(WordsForm(data={"words": text}), "words")]


def test_typed_digits_are_repeated_in_groups():
    assert node({"act": "groups", "typed": "０１2-345 6"}) == [["012345", "6"]]


def test_days_are_written_out_in_the_pages_language():
    jobs = [{"act": "day", "day": "2026-11-24", "lang": lang} for lang in ("zh", "en")]

    assert node(*jobs) == ["2026年11月24日", "November 24, 2026"]


@pytest.mark.parametrize(
    "script", ["visit_test.mjs", "talk_test.mjs", "view_test.mjs", "page_test.mjs"]
)
def test_the_modules_of_the_mailbox_hold_in_node(script):
    done = subprocess.run(
        [NODE, "--test", HERE / script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
