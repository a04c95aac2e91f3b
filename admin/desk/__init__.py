"""Room 5: staff read, decide and answer. Imports vault and accounts, never a public room."""

from base64 import b64encode

from flask import Flask, g

from ..house import house
from .views import bp


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    app.register_blueprint(bp)
    app.jinja_env.filters["base64"] = lambda data: b64encode(data).decode("ascii")

    @app.context_processor
    def unit_of_staff() -> dict[str, str]:
        """Give every page of the staff's house the name of the member's unit."""
        staff = g.get("staff")
        unit = house().district.units.get(staff.unit_id) if staff else None
        return {"unit_name": unit.zh if unit else ""}
