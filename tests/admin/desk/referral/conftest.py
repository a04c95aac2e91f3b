"""A tip that was taken up, and a member who refers it."""

import pytest

from .referring import Referrer


@pytest.fixture
def referrer(units):
    return Referrer(units)


@pytest.fixture
def accepted(make_tip, fresh, desk):
    """Make a tip of the police that was taken up."""

    def made(**values):
        tip = make_tip(**values)
        answer = desk.post(tip, "decision", move_to="accepted", reason="in_scope")
        assert answer.status_code == 303, answer.json
        return fresh(tip)

    return made
