"""How the child tells its parent why it stopped: by its exit code; its words are not trusted."""

from typing import Final

# Above what Python (1, 2) and below what a signal (128 and more) ends with.
BROKEN: Final = 20
TOO_LARGE: Final = 21
ENCRYPTED: Final = 22
NO_TOOL: Final = 23
UNKNOWN_KIND: Final = 24


class Stop(Exception):
    """The file cannot be cleaned, for the reason that `code` stands for."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
