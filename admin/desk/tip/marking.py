"""Takes the mark that lets later words come to the unit, from a member who has opened the tip.

Only such a member's browser can make it, and it makes none for a unit that the reporter excluded.
"""

from flask import Response, abort, jsonify
from sqlalchemy import update
from sqlalchemy.orm import Session

from ...access.permissions import Act, may
from ...db import db
from ...models import Tip
from ...sealing.marks import (
    MARK,
    MOST_MARKS,
    split_marks,
)
from ...wire.fields import hex_field
from ...wire.json_api import read_json
from ..blueprint import bp
from ..loading import locked_tip

_MOST_BODY = 1024


@bp.post("/tips/<string:reference>/mark")
@may(Act.OPEN)
def mark_tip(reference: str) -> Response:
    """Add a mark to a tip of the member's unit."""
    tip = locked_tip(reference)
    mark = bytes.fromhex(hex_field(read_json(_MOST_BODY), "mark", 2 * MARK))
    if not add_mark(db.session, tip, mark):
        abort(409)
    db.session.commit()
    return jsonify(marked=True)


def add_mark(session: Session, tip: Tip, mark: bytes) -> bool:
    """Add a mark to a tip that still has words. A no-op where it has this one; False if it is full.

    Past the mapper: the tip's version stays, for a colleague who is typing has seen the same words.
    """
    marks = split_marks(tip.marks)
    if tip.sealed is None or len(marks) >= MOST_MARKS:
        return mark in marks
    if mark not in marks:
        session.execute(
            update(Tip)
            .where(Tip.id == tip.id)
            .values(marks=b"".join([*marks, mark]))
            .execution_options(synchronize_session=False)
        )
    return True
