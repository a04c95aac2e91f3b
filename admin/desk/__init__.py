"""Staff read, decide and answer. Imports the packages below, never a public one."""

from base64 import b64encode

from flask import Flask, g

from ..access.permissions import Act, is_allowed
from ..access.roles import Staff
from ..app_state import app_state
from ..db import db
from ..members import countersign
from ..renewal.guard import standings

# Imported for their views, which hang on the blueprint.
from . import seconding_views  # noqa: F401
from .backlog import views as backlog_views  # noqa: F401
from .blueprint import bp
from .bulletins.services import may_write as may_write_bulletins
from .bulletins.views import bp as bulletins_bp
from .case import views as case_views  # noqa: F401
from .deadlines import overdue_views  # noqa: F401
from .deadlines import views as deadline_views  # noqa: F401
from .duty import week_views  # noqa: F401
from .duty.views import bp as duty_bp
from .entering import bp as entering_bp
from .files import frame  # noqa: F401
from .files import views as file_views  # noqa: F401
from .holds import views as hold_views  # noqa: F401
from .labels import views as label_views  # noqa: F401
from .offered import bp as offered_bp
from .practice import bp as practice_bp
from .queue import bulk_views  # noqa: F401
from .queue import views as queue_views  # noqa: F401
from .queue.assigning_views import init_assigning
from .ready.views import bp as ready_bp
from .recusal import views as recusal_views  # noqa: F401
from .recusal.services import told_to
from .referral import outcome_views  # noqa: F401
from .referral import views as referral_views  # noqa: F401
from .rewards import views as reward_views  # noqa: F401
from .tip import link_views, marking, note_views, opening, views  # noqa: F401
from .tip.contact import bp as contact_bp
from .tip.contact import opens_contact
from .transfer import list_views  # noqa: F401
from .transfer import views as transfer_views  # noqa: F401


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    pages = (bp, offered_bp, contact_bp, duty_bp, entering_bp, practice_bp, ready_bp, bulletins_bp)
    for blueprint in pages:
        app.register_blueprint(blueprint)
    init_assigning(app)
    app.jinja_env.filters["base64"] = lambda data: b64encode(data).decode("ascii")

    @app.context_processor
    def unit_of_staff() -> dict[str, object]:
        """Give every staff page the member's unit, and what is its business."""
        staff = g.get("staff")
        unit = app_state().district.units.get(staff.unit_id) if staff else None
        return {
            "unit_name": unit.zh if unit else "",
            "practises": unit is not None and unit.practice,
            "enters": unit is not None and not unit.practice and is_allowed(Act.ENTER, staff.roles),
            "oversees": unit is not None and is_allowed(Act.BACKLOG, staff.roles),
            "writes": unit is not None and is_allowed(Act.WRITE, staff.roles),
            "tells": unit is not None
            and may_write_bulletins(unit.id)
            and is_allowed(Act.BULLETIN, staff.roles),
            "urges": unit is not None and is_allowed(Act.EXTEND, staff.roles),
            "receives": unit is not None
            and not unit.practice
            and is_allowed(Act.TAKE_OVER, staff.roles),
            "countersigns": unit is not None and _countersigns(staff),
            "to_countersign": lambda: _to_countersign(staff),
            "told_of_recusals": lambda: _told_of_recusals(staff),
            "opens_contact": unit is not None and opens_contact(unit.id),
        }


def _to_countersign(staff: Staff) -> int:
    """Count what waits for a member; nearly always nothing, as what each page asks anyway tells."""
    standing = standings().get().get(staff.unit_id or "")
    if standing is not None and not standing.has_asked:
        return 0
    return len(countersign.open_for(db.reading, app_state().district, staff))


def _told_of_recusals(staff: Staff) -> int:
    standing = standings().get().get(staff.unit_id or "")
    if standing is not None and not standing.has_recused:
        return 0
    return len(told_to(db.reading, app_state().district, staff))


def _countersigns(staff: Staff) -> bool:
    """Tell whether a member can be a second person: of the own unit, or for another one."""
    return is_allowed(Act.COUNTERSIGN, staff.roles)
