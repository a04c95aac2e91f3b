"""One node as a process of its own, with all that a worker of `dengshao serve` looks at."""

import os
import sys

from werkzeug.serving import make_server

from admin import create_app
from admin.config import load_config
from admin.district.reloading import Kept, start_looking


def main(port):
    config = load_config(os.environ)
    kept = Kept(config)
    start_looking(kept)
    make_server("127.0.0.1", int(port), create_app(config, kept), threaded=True).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
