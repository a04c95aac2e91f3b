"""A server for test_file_crash.py that kills itself at one step of taking a file.

`python dying_file_server.py PORT STEP`. A step is `before`, `commit` or `done`, and the beginning
of an SQL statement: it dies before the statement, at the commit that follows, or when that is done.
`put N` and `stands N` are the same for part N in the store. Its proofs of work are easy.
"""

import os
import signal
import sys

from werkzeug.serving import make_server

from admin import create_app
from admin.intake import flood
from tests.databases import listen


def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)


def arm_database(app, when, beginning):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(beginning):
            if when == "before":
                die()
            seen.append(statement)

    listen(app, "before_cursor_execute", note)
    if when == "commit":
        listen(app, "commit", lambda _connection: seen and die())
    if when == "done":
        # The pool takes the connection back when the commit is done.
        listen(app, "checkin", lambda *_args: seen and die())


def arm_store(app, when, wanted):
    blobs = app.extensions["dengshao.vault"].blobs
    put = blobs.put

    def watched(blob, number, data):
        if number == wanted and when == "put":
            die()
        put(blob, number, data)
        if number == wanted:
            die()

    blobs.put = watched


def main():
    port, (when, _, what) = int(sys.argv[1]), sys.argv[2].partition(" ")
    flood.LEAST_NUMBER = 20
    app = create_app()
    if when in ("put", "stands"):
        arm_store(app, when, int(what))
    else:
        arm_database(app, when, what)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
