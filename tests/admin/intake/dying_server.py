"""A server for test_crash.py that kills itself at one step of the first tip it takes.

`python dying_server.py PORT [STEP]`; without a step it lives. Its proofs of work are easy.
"""

import os
import signal
import sys

from werkzeug.serving import make_server

from admin import create_app
from admin.intake import flood
from tests.databases import listen

# A tip's own row, and the one that says that its form or its proof is spent.
ROWS = ("INSERT INTO tip", "INSERT INTO spent_")


def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)


class DiesBeforeAnswering:
    """Lets the application finish its work, and never sends the answer."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        answer = self.app(environ, start_response)
        if environ["PATH_INFO"] in ("/tip/sent", "/tip/sealed", "/tip/more"):
            b"".join(answer)
            die()
        return answer


def arm(app, step):
    """Make the process die at `step`, once a tip's rows are being written."""
    writing = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(ROWS):
            if step == ("before-rows" if not writing else "between-rows"):
                die()
            writing.append(statement)

    listen(app, "before_cursor_execute", note)
    if step == "before-commit":
        listen(app, "commit", lambda _connection: writing and die())
    if step == "after-commit":
        # The pool takes the connection back when the commit is done.
        listen(app, "checkin", lambda *_args: writing and die())


def main():
    port, step = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    flood.LEAST_NUMBER = 20
    app = create_app()
    arm(app, step)
    if step == "before-answer":
        app.wsgi_app = DiesBeforeAnswering(app.wsgi_app)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
