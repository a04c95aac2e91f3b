"""The mark by which a form that comes again is known."""

from types import SimpleNamespace

import pytest

from admin.intake.submission import Submission
from admin.vault.spent import nonces

NONCE = SimpleNamespace(nonce=b"n" * 16)
WORDS = {"what": "字" * 12_000}


@pytest.mark.parametrize("contact", ["", "13800000000"])
def test_a_mark_covers_words_and_contact_as_it_always_did(contact):
    sent = Submission(None, NONCE, WORDS, contact)
    text = sent.body + (f"\ncontact {contact}" if contact else "")

    assert sent.mac == nonces.body_mac(NONCE.nonce, text.encode())
