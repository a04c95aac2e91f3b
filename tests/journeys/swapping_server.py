"""`dengshao` on a machine whose disk takes swapped memory in clear: its root is in SWAP_ROOT."""

import os
import sys
from functools import partial
from pathlib import Path

from admin.cli import main
from admin.serving import server

if __name__ == "__main__":
    server.refuse_clear_swap = partial(server.refuse_clear_swap, root=Path(os.environ["SWAP_ROOT"]))
    sys.exit(main())
