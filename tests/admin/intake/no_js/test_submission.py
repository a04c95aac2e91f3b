"""The marks by which a form that comes again is known."""

from itertools import combinations
from types import SimpleNamespace

import pytest

from admin.intake.submission import Submission
from admin.vault.spent import nonces

NONCE = SimpleNamespace(nonce=b"n" * 16)
DIGESTS = frozenset(f"{number:064x}" for number in range(12))
WORDS = {"what": "字" * 12_000}


def submission(contact="", stored=DIGESTS):
    return Submission(None, NONCE, WORDS, contact, stored=frozenset(stored))


@pytest.mark.parametrize("stored", [(), sorted(DIGESTS)[:1], DIGESTS], ids=len)
@pytest.mark.parametrize("contact", ["", "13800000000"])
def test_a_mark_covers_words_contact_and_files_as_it_always_did(contact, stored):
    sent = submission(contact, stored)
    text = sent.body
    text += f"\ncontact {contact}" if contact else ""
    text += f"\nfiles {','.join(sorted(stored))}" if stored else ""

    assert sent.mac == nonces.body_mac(NONCE.nonce, text.encode())


def test_the_files_that_came_before_are_found_among_a_dozen():
    for chosen in [(), *combinations(sorted(DIGESTS), 2), sorted(DIGESTS)]:
        spent = {submission(stored=chosen).mac}
        assert submission().known_among(spent) == frozenset(chosen)
    assert submission("13800000000").known_among(spent) is None


def test_long_words_are_read_once_however_many_selections_of_files_are_tried(monkeypatch):
    read = []

    def noted(make):
        def noting(nonce, body):
            read.append(len(body))
            return make(nonce, body)

        return noting

    for name in ("body_mac", "open_mac"):
        monkeypatch.setattr(nonces, name, noted(getattr(nonces, name)))

    assert submission().known_among({b"of other words"}) is None

    assert len(read) == 1
    assert read[0] > 36_000
