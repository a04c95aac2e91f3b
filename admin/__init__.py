"""Dengshao: a lamp for the law, a whistle for the public."""

from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import inspect

from .config import Config, load_config
from .db import READ, db, init_db
from .district import load_district
from .errors import QuietFlask, init_errors
from .house import House, page_language
from .language import init_language
from .models import Setting
from .public_site import init_public_site
from .security import init_security


def create_app(config: Config | None = None) -> Flask:
    """Make the application: the house first, then the rooms in the order a tip passes them."""
    config = config or load_config()
    app = QuietFlask("admin", static_folder=None)
    init_house(app, config)
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
        from . import accounts

        accounts.init_app(app)
    if "desk" in config.rooms:
        from . import desk

        desk.init_app(app)

    init_public_site(app, config)
    init_commands(app)
    if config.production:
        refuse_demo_store(app, config)
    return app


def init_commands(app: Flask) -> None:
    """Give `flask --app admin` the commands that `dengshao` has."""
    from .cli import COMMANDS

    for command in COMMANDS:
        app.cli.add_command(command)


def refuse_demo_store(app: Flask, config: Config) -> None:
    """Stop a production start on a store that the demo filled. Raises `ConfigError`."""
    from .accounts.demo_mark import refuse_demo

    with app.app_context():
        if inspect(db.get_engine(READ)).has_table(Setting.__tablename__):
            refuse_demo(db.reading, config)


def init_house(app: Flask, config: Config) -> None:
    """Set what every room relies on: data, keys of the session, language, templates."""
    district = load_district(config.content, config.confirmed_keys)
    app.extensions["dengshao"] = House(config=config, district=district)
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
    init_language(app)

    @app.context_processor
    def page_data() -> dict[str, object]:
        return {"footer": district.footer, "lang": page_language()}
