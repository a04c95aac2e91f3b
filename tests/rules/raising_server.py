"""`dengshao`, with an application that raises where a request asks it to.

With LOUD in the environment, without what keeps errors quiet: the canary must find its marks then.
"""

import os
import sys

from flask import Flask

from admin import create_app
from admin.cli import main
from admin.db import db
from admin.serving import server, sweeper
from admin.web import errors
from tests.rules import raising


def create_spoilt_app(config, kept):
    app = create_app(config, kept)
    with app.app_context():
        raising.spoil(app, db.engine)
    return app


if __name__ == "__main__":
    server.create_app = create_spoilt_app
    sweeper.seconds_until_next = lambda _now: 0.2
    server.prepare = lambda _app: None
    sweeper.sweep_now = raising.sweep_that_fails
    if "LOUD" in os.environ:
        errors.QuietFlask.log_exception = Flask.log_exception
        errors.quiet_flask_log = server.quiet_process = lambda: None
    sys.exit(main())
