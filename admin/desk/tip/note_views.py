"""Takes in sealed notes and gradings of a tip. The reporter never sees one, nor any other unit."""

from base64 import b64encode

from flask import g

from ...access.permissions import Act, may
from ...db import db
from ...models import Tip
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import back_to, locked_tip
from .forms import NoteForm
from .notes import (
    NoteKind,
    add_note,
    read_notes,
    written,
)


@bp.post("/tips/<string:reference>/notes")
@may(Act.NOTE)
def write_note(reference: str) -> Answer:
    """Add a note for the unit's members."""
    return _add(reference, NoteKind.NOTE)


@bp.post("/tips/<string:reference>/grading")
@may(Act.GRADE)
def write_grading(reference: str) -> Answer:
    """Grade the tip's information; what was graded before stays readable."""
    return _add(reference, NoteKind.GRADING)


def _add(reference: str, kind: NoteKind) -> Answer:
    # No version is asked for: whatever a colleague did meanwhile, a note stays true.
    tip = locked_tip(reference)
    form = NoteForm()
    if not form.validate_on_submit():
        return refused(form)

    add_note(db.session, tip, form.note(kind), actor=g.staff)
    db.session.commit()
    return back_to(reference)


def sealed_notes(tip: Tip) -> list[dict[str, str | int]]:
    """Give the notes as they are stored, for the one answer in which a tip's bytes are sent."""
    return [
        {
            "number": note.number,
            "kind": note.kind,
            "by": note.by,
            "at": written(note),
            "sealed": b64encode(note.sealed).decode("ascii"),
        }
        for note in read_notes(db.reading, tip.id)
    ]
