"""The desk's first page: what waits in a member's unit."""

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from ..accounts.acts import Act, is_allowed
from ..db import db, today
from ..house import house
from ..security import staff_only
from ..vault.lane import count_waiting
from . import words
from .blueprint import Answer, bp
from .forms import FilterForm
from .queue import BadCursor, Cursor, read_queue


@bp.get("/")
@staff_only
def queue() -> Answer:
    """Show what waits in the member's unit."""
    if not is_allowed(Act.QUEUE, g.staff.roles):
        return render_template("desk/no_unit.html")
    form = FilterForm(request.args)
    notice = "" if form.validate() else _("有的筛选条件看不懂，没有用上。")
    after = None
    try:
        after = Cursor.parse(request.args["after"]) if "after" in request.args else None
    except BadCursor:
        notice = _("翻页的地址不完整，已经回到第一页。")
    wanted = form.wanted(g.staff.member_id)
    page = read_queue(db.reading, g.staff.unit_id, wanted, after)
    return render_template(
        "desk/queue.html",
        form=form,
        page=page,
        is_first=after is None,
        in_lane=wanted.in_lane,
        lane=count_waiting(db.reading, g.staff.unit_id),
        counted=words.counted,
        notice=notice,
        days=words.day_words({row.received_on for row in page.rows}, today()),
        tip_address=url_for(".show_tip", reference="-").removesuffix("-"),
        words=words.queue_words(),
        browser_words=words.browser_words(house().district),
    )
