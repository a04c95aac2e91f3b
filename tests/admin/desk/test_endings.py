"""Which ends take two people, who the second one is, and what one alone can't do by any door."""

from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

from .queue.test_bulk import chosen


def test_one_officer_cannot_bury_a_danger_tip_that_nobody_opened(desk, make_tip, change, fresh):
    """Ticked, 当垃圾信息办结, pressed twice: closed and deleted in seven days, by one alone."""
    tip = make_tip(urgency=Urgency.P0)
    change(tip, danger_on=tip.received_on)
    fields = {"tip": chosen(fresh(tip)), "bulk_action": "spam"}

    for path in ("/desk/bulk", "/desk/bulk/done"):
        desk.submit(path, fields)
    desk.post(fresh(tip), "decision", move_to="closed", reason="spam")

    now = fresh(tip)
    assert (now.status, now.outcome, now.expires_on) == (TipStatus.RECEIVED, None, None)
