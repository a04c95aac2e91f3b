"""Dengshao: a lamp for the law, a whistle for the public.

Nothing heavy is imported before it is needed: `dengshao --help` passes through here.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .config import Config
    from .district.reloading import Kept


def create_app(config: "Config | None" = None, kept: "Kept | None" = None) -> "Flask":
    """Make the application: shared services first, then blueprints in the order a tip passes them.

    `kept` is the district as another process has read it; without it the files are read here.
    Without a `config` it is made of an installation that is there, as Flask's own command asks.
    """
    from .audit.macs import require_sm3
    from .db import init_db
    from .web.errors import QuietFlask, init_errors
    from .web.public_site import init_public_site
    from .web.security import init_security

    require_sm3()
    config = config or read_config()
    app = QuietFlask("admin", static_folder=None)
    init_app_state(app, config, kept)
    init_db(app, config)
    init_security(app, config)
    init_errors(app)

    from . import vault

    vault.init_app(app)
    if "intake" in config.rooms:
        from . import intake

        intake.init_app(app)
    if "mailbox" in config.rooms:
        from . import mailbox

        mailbox.init_app(app)
    if "accounts" in config.rooms:
        from . import auditor, counts, mail, members, renewal, rewards, signin, unit_keys

        for package in (signin, renewal, members, unit_keys, mail, auditor, counts, rewards):
            package.init_app(app)
    if "desk" in config.rooms:
        from . import desk

        desk.init_app(app)

    init_public_site(app, config)
    if config.production:
        refuse_demo_store(app, config)
    return app


def read_config() -> "Config":
    """Read how this installation is configured, and write nothing. A fault is a sentence."""
    from flask.cli import NoAppException

    from .config import ConfigError, load_config

    try:
        return load_config(makes_secret=False)
    except ConfigError as error:
        raise NoAppException(str(error)) from None


def refuse_demo_store(app: "Flask", config: "Config") -> None:
    """Stop a production start on a store that the demo filled. Raises `ConfigError`."""
    from sqlalchemy import inspect

    from .access.demo_mark import refuse_demo
    from .db import READ, db
    from .models import Setting

    with app.app_context():
        if inspect(db.get_engine(READ)).has_table(Setting.__tablename__):
            refuse_demo(db.reading, config)


def init_app_state(app: "Flask", config: "Config", kept: "Kept | None") -> None:
    """Set what every package relies on: data, keys of the session, language, templates."""
    from jinja2 import StrictUndefined

    from .app_state import (
        AppState,
        app_state,
        language,
        page_language,
    )
    from .district.reloading import Kept
    from .web.language import init_language
    from .web.large import is_large, kept_large
    from .web.markup import apart, dialled, seen

    app.extensions["dengshao"] = AppState(config=config, kept=kept or Kept(config))
    app.config.update(
        SECRET_KEY=config.key("session"),
        # Bound to this host by its name, which browsers take over TLS alone and for all paths. The
        # desk has a host of its own, so no public page is sent it.
        SESSION_COOKIE_NAME="__Host-desk" if config.production else "desk",
        SESSION_COOKIE_PATH="/" if config.production else "/desk/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=config.production,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"seen": seen, "dialled": dialled, "apart": apart, "large": kept_large}
    app.jinja_env.globals["is_large"] = is_large
    init_language(app, config)

    @app.context_processor
    def page_data() -> dict[str, object]:
        return {
            "footer": app_state().district.footer,
            "lang": page_language(),
            "language": language(),
            "languages": app_state().languages.values(),
        }
