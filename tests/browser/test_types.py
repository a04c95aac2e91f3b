"""Every sentence that a script asks for by name is one that its page carries, and none is idle."""

import pytest

from admin.app_state import app_state
from admin.desk.bulletins.words import bulletin_words
from admin.desk.queue.words import script_words as queue_words
from admin.desk.tip.words import tip_words
from admin.desk.words import browser_words
from admin.members.joining_words import join_words, unit_words
from admin.renewal.words import renewal_words, reseal_words
from admin.signin.words import script_words, second_words
from tests.typescript import type_faults


@pytest.fixture
def words(app):
    """What pages carry in data-words, beside the name of its type."""
    with app.test_request_context():
        district = app_state().district
        given = [
            ("DeskWords", browser_words(district)),
            ("QueueWords", queue_words(district)),
            ("BulletinPageWords", browser_words(district) | {"bulletin": bulletin_words()}),
            ("BulletinRules", district.bulletins.for_browser()),
            ("TipWords", browser_words(district) | tip_words(district)),
            ("SignInWords", script_words()),
            ("SecondWords", second_words()),
            ("JoinWords", join_words()),
            ("UnitWords", unit_words()),
            ("RenewalWords", renewal_words()),
            ("ResealWords", reseal_words()),
        ]
        return [(name, app.json.loads(app.json.dumps(value))) for name, value in given]


def test_the_sentences_of_the_desk_and_of_sign_in_have_the_names_that_their_scripts_know(
    words, tmp_path
):
    assert type_faults(tmp_path, words) == []


def test_a_sentence_too_few_or_too_many_is_noticed(words, tmp_path):
    name, given = words[0]
    sentences = given["sentences"]
    few = given | {"sentences": {key: sentences[key] for key in sentences if key != "offline"}}
    many = given | {"sentences": sentences | {"idle": "x"}}

    faults = type_faults(tmp_path, [(name, few), (name, many)])

    assert len(faults) == 2
    assert "'offline'" in faults[0]
    assert "idle" in faults[1]
