"""What one application keeps of its gate: whom it asks, how often, and the cookies at the door."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flask import Response, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from ...app_state import app_state
from ...settings.gate import Gate
from ..throttle import Brake
from .marks import SECONDS, Marks

if TYPE_CHECKING:
    from .directory import Directory
    from .oidc import Provider

NAME: Final = "dengshao gate"


@dataclass
class Keeper:
    """The gate of one process: at most one of provider and directory is there."""

    gate: Gate
    marks: Marks
    provider: "Provider | None"
    directory: "Directory | None"
    asking: Brake = field(default_factory=lambda: Brake(per_second=2, burst=30))
    """How often a stranger may make this server ask another one."""
    writing: Brake = field(default_factory=lambda: Brake(per_second=0.1, burst=30))
    """How many lines of the audit log strangers may cause."""


def keeper() -> Keeper:
    found: Keeper = current_app.extensions[NAME]
    return found


def is_set() -> bool:
    """Tell whether there is a gate at all."""
    return NAME in current_app.extensions


def passed() -> str | None:
    """Name whom this browser passed the gate as: "" as nobody in particular, None as not at all."""
    return keeper().marks.read_passed(request.cookies.get(_cookie("gate"))) if is_set() else None


def let_pass(response: BaseResponse, who: str) -> None:
    """Mark the browser. The mark is sent with what our own pages ask for, and nothing else."""
    _set(response, "gate", keeper().marks.write_passed(who), "Strict")


def forget_passed(response: Response) -> Response:
    """Take the mark away: whoever sits down here next passes the gate anew."""
    _set(response, "gate", "", "Strict", seconds=0)
    return response


def read_try() -> str | None:
    return request.cookies.get(_cookie("gate-try"))


def set_try(response: Response, words: str) -> None:
    """Keep a try until the provider sends the browser back: from its site, hence not "Strict"."""
    _set(response, "gate-try", words, "Lax")


def forget_try(response: Response) -> None:
    _set(response, "gate-try", "", "Lax", seconds=0)


def _cookie(name: str) -> str:
    return f"__Host-{name}" if app_state().config.production else name


def _set(
    response: BaseResponse, name: str, value: str, same_site: str, *, seconds: int = SECONDS
) -> None:
    is_production = app_state().config.production
    response.set_cookie(
        _cookie(name),
        value,
        max_age=seconds,
        path="/" if is_production else "/desk/",
        secure=is_production,
        httponly=True,
        samesite=same_site,
    )
