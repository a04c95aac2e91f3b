"""The page on which a contact block is opened: in the browser, by two units one after the other."""

from flask import Blueprint, render_template

from ...access.permissions import Act, may
from ...app_state import app_state
from .. import words

bp = Blueprint("desk_contact", __name__, url_prefix="/desk/contact")


@bp.get("/")
@may(Act.CONTACT)
def show_contact() -> str:
    """Show where a file is chosen. The server sees neither the file nor what is in it."""
    return render_template(
        "desk/contact.html",
        pair=words.contact_units(app_state().district),
        browser_words=words.browser_words(app_state().district),
    )


def opens_contact(unit_id: str | None) -> bool:
    """Tell whether a unit is one of the two that contact blocks are sealed to."""
    pair = app_state().district.contact
    return pair is not None and unit_id in (pair.custodian, pair.reviewer)
