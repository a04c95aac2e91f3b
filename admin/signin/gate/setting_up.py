"""Makes the gate that is configured; imported only where there is one, libraries and all."""

from flask import Flask

from ...config import Config
from .directory import Directory
from .https import trusting
from .keeper import NAME, Keeper
from .marks import Marks
from .names_views import bp as names_bp
from .oidc import Provider
from .views import bp


def set_up(app: Flask, config: Config) -> None:
    """Make the gate, and give it its pages. Nothing is connected to yet."""
    app.extensions[NAME] = Keeper(config.gate, Marks(config.key("gate")), *make_asked(config))
    app.register_blueprint(bp)
    app.register_blueprint(names_bp)


def make_asked(config: Config) -> tuple[Provider | None, Directory | None]:
    """Make whom the gate asks: the one or the other."""
    gate = config.gate
    if gate.oidc:
        context = trusting(gate.ca)
        return Provider(gate.oidc, context, may_be_clear=not config.production), None
    return None, Directory(gate.ldap, gate.ca) if gate.ldap else None


def is_answering(config: Config) -> bool:
    """Ask the gate whether it is there, as an operator does."""
    provider, directory = make_asked(config)
    asked = provider or directory
    return asked is not None and asked.is_there()
