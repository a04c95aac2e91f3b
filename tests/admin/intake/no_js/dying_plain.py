"""A server for test_plain_crash.py that kills itself at one step of the first press with files.

`python dying_plain.py PORT [STEP]`; without a step it lives.
"""

import sys

from werkzeug.serving import make_server

from admin import create_app
from admin.vault.files.blobs import BlobStore
from tests.admin.intake.dying_server import DiesBeforeAnswering, arm, die
from tests.databases import listen

# Of each row that is written: as the statement begins, before its commit, after it.
ROWS = {
    "promise": "INSERT INTO upload",
    "whole": "UPDATE upload SET is_whole",
    "tie": "UPDATE upload SET tip_id",
}


def arm_row(app, row, when):
    """Make the process die around a statement of its own transaction."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(ROWS[row]):
            if when == "before":
                die()
            seen.append(statement)

    listen(app, "before_cursor_execute", note)
    if when == "uncommitted":
        listen(app, "commit", lambda _connection: seen and die())
    if when == "committed":
        listen(app, "checkin", lambda *_args: seen and die())


def arm_part(when):
    """Make the process die before or after it puts the second part."""
    put, parts = BlobStore.put, []

    def dying(self, *args):
        parts.append(args[0])
        if len(parts) == 2 and when == "before":
            die()
        put(self, *args)
        if len(parts) == 2:
            die()

    BlobStore.put = dying


def main():
    port, step = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    app = create_app()
    what, _, when = step.partition(" ")
    if what in ROWS:
        arm_row(app, what, when)
    elif what == "part":
        arm_part(when)
    elif step == "before-answer":
        app.wsgi_app = DiesBeforeAnswering(app.wsgi_app)
    else:
        arm(app, step)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
