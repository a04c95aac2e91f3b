"""What the desk's server answers has the shape by which its scripts are checked."""

from admin.models import Direction
from tests.typescript import type_faults

from .test_pages import words


def test_what_the_desk_answers_has_the_shape_that_its_scripts_know(
    desk, colleague, tip, change, fresh, tmp_path
):
    change(tip, words(Direction.STAFF, b"words"))
    tip = fresh(tip)
    sealed = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json
    desk.post(tip, "claim")
    conflict = colleague.post(tip, "decision", move_to="closed", reason="spam")
    refused = colleague.post(fresh(tip), "decision", move_to="closed")
    assert [conflict.status_code, refused.status_code] == [409, 422]

    faults = type_faults(
        tmp_path,
        [
            ("SealedTip", sealed),
            ("Offered", desk.get("/desk/offered.json").json),
            ("PassedBundle", desk.get(f"/desk/tips/{tip.reference}/transfer.json").json),
            ("UncheckedTransfers", desk.get("/desk/transfers/next.json").json),
            ("Routes", desk.get("/desk/enter/routes.json").json),
            # post.js adds the first two.
            ("Conflict", {"ok": False, "code": 409, **conflict.json}),
            ("DeskAnswer", {"ok": False, "code": 422, **refused.json}),
            (
                "Record<string, string>",
                desk.get("/desk/labels.json", of=tip.reference).json["labels"],
            ),
        ],
    )

    assert sealed["messages"]
    assert faults == []
