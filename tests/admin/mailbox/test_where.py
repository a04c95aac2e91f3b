"""Without scripts: a tip whose row was changed gets no further word, whoever it was kept from.

Every answer about officials × every set of excluded offices × every other unit that the row names.
The words are sealed by the server in memory, from the receipt that came with the request.
"""

from itertools import product

import pytest

from admin.app_state import app_state
from admin.db import today
from admin.intake.current import current_intake
from admin.intake.services import receive
from admin.intake.submission import Submission
from admin.intake.supplements import SealedFile, add_files
from admin.mailbox.services import find_mail, seal_letter
from admin.models import Tip
from admin.sealing.marks import Strayed, Unmarked, unit_mark
from admin.vault import store, vault
from admin.vault.units import readers_of
from admin.wire.form_tokens import FormNonce
from tests.browser.test_where import FACTS, UNITS, lawful

KINDS = ("message", "danger", "withdraw")
FILE = SealedFile("a.jpg", b"m" * 32, entries=(), reason=None)


@pytest.fixture
def environ(environ):
    """Both rooms of reporters."""
    return environ | {"DENGSHAO_ROOMS": "intake,mailbox"}


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough: what is judged is in memory."""
    return sqlite_url


def sent(intake, number, facts):
    nonce = FormNonce(number.to_bytes(16, "big"), 1_796_000_000)
    answers = {key: value for key, value in facts.items() if value}
    return Submission(intake, nonce, answers | {"what": "x", "place": "y"})


def error_of(act):
    try:
        act()
    except (Strayed, Unmarked) as error:
        return type(error)
    return None


def letters(session, tip, talk):
    """Try to seal each kind of letter to the unit that the row names."""
    unit = readers_of(
        session,
        app_state().district,
        vault().units.get(),
        unit_id=tip.unit_id,
        key_id=tip.unit_key_id,
    )
    mail = find_mail(session, tip.lookup)
    return {
        error_of(lambda kind=kind: seal_letter(mail, talk, kind=kind, body="x", readers=unit))
        for kind in KINDS
    }


def test_no_word_follows_a_tip_whose_row_was_changed(session, units):
    intake = current_intake(session, today())
    tried = 0
    for number, facts in enumerate(FACTS):
        form = sent(intake, number, facts)
        assert receive(session, form, is_new=True)
        tip = store.find_tip(session, form.lookup)
        assert tip.unit_id == lawful(facts)
        assert letters(session, tip, form.keys.talk) == {None}
        more = sent(intake, number, facts | {"who": "z"})
        key_id = tip.unit_key_id
        for unit_id in UNITS:
            if unit_id == lawful(facts):
                continue
            move(session, tip, unit_id)
            assert letters(session, tip, form.keys.talk) == {Strayed}
            assert error_of(lambda more=more: receive(session, more)) is Strayed
            assert error_of(lambda form=more: add_files(session, form, [FILE])) is Strayed
            tried += 1
        move(session, tip, lawful(facts), key_id)
        assert error_of(lambda more=more: receive(session, more)) is None
    assert tried == len(FACTS) * (len(UNITS) - 1)


def move(session, tip, unit_id, key_id=None):
    tip.unit_id = unit_id
    tip.unit_key_id = key_id or vault().units.get()[unit_id].key_id
    session.flush()


@pytest.mark.parametrize(("marked", "expected"), [((), Unmarked), (("trade", "drugs"), Strayed)])
def test_marks_that_were_taken_away_or_are_of_other_units_let_nothing_through(
    session, reporter, marked, expected
):
    tip = session.get_one(Tip, reporter.tip_id)
    talk = reporter.keys.talk
    tip.marks = b"".join(unit_mark(talk, unit, tip.reference) for unit in marked)
    session.flush()

    assert letters(session, tip, talk) == {expected}


def test_a_mark_is_of_one_tip_one_unit_and_one_key(reporter):
    talk = reporter.keys.talk
    made = {
        unit_mark(key, unit, reference)
        for key, unit, reference in product(
            (talk, bytes(32)), ("police", "trade"), (reporter.reference, "ABCDE-FGHJK")
        )
    }
    assert len(made) == 8


def test_a_mark_of_the_unit_to_which_it_was_moved_lets_words_go_there(session, reporter):
    tip = session.get_one(Tip, reporter.tip_id)
    talk = reporter.keys.talk
    tip.marks += unit_mark(talk, "trade", tip.reference)
    move(session, tip, "trade")

    assert letters(session, tip, talk) == {None}
