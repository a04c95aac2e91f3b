"""The page 办理情况: how the queue stands, for the heads of a unit and for the counter.

The line between the two. A head sees exact numbers of the own unit's queue, small ones too: they
are what the head could count in the queue by hand, by the same conditions, and whoever hands out
work must see that one call for help is open. What is hidden from that head, who has a part in it,
is in none of them; a number of things long past is not here either, for beside the queue it would
tell a head that there was a tip about them. The counter opens no queue and looks after all units
at once: for them whatever is small could tell that somebody spoke, so it is withheld
(`withholding`). Nobody sees a number of one member, a row of one tip, a place or a kind of matter.
"""

from flask import g, render_template

from ...access.permissions import Act, may
from ...app_state import app_state
from ...db import db, today
from ...db.replica import LONG_SECONDS
from ..reading import practice_units
from ..rules import LEAST
from ..views import bp
from .charts import of_all, of_own
from .reading import SOON_DAYS, Due, read_all, read_own


@bp.get("/workload/")
@may(Act.WORKLOAD)
def show_workload() -> str:
    """Show a head the own unit's queue, the counter all units'."""
    return _all_units() if g.staff.unit_id is None else _own_unit()


def _own_unit() -> str:
    unit = app_state().district.units[g.staff.unit_id]
    queue = db.listed(
        lambda session: read_own(session, unit.id, g.staff.member_id, today()),
        seconds=LONG_SECONDS,
    )
    return render_template(
        "counts/workload.html",
        unit=unit,
        queue=queue,
        past=queue.due(Due.PAST),
        soon=queue.due(Due.SOON),
        charts=of_own(queue, _clock_names()),
        soon_days=SOON_DAYS,
    )


def _all_units() -> str:
    practice = practice_units()
    units = {
        one.id: one.zh for one in app_state().district.units.values() if one.id not in practice
    }
    queues = db.listed(lambda session: read_all(session, practice, today()), seconds=LONG_SECONDS)
    return render_template(
        "counts/workload_all.html",
        whole=of_all(queues, units, _clock_names()),
        least=LEAST,
    )


def _clock_names() -> dict[str, str]:
    return {rule.id: rule.zh for rule in app_state().district.clocks.rules}
