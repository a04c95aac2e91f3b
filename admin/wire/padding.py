"""Makes answers of one kind equal in size: who watches the line sees no more than the kind."""

from typing import Final

_OPEN: Final = "<!--"
_CLOSE: Final = "-->"
_END: Final = "</body>"


def pad_page(html: str, size: int) -> str:
    """Fill a page with spaces to `size` bytes of UTF-8, a larger one to the next multiple of it.

    The spaces stand in a comment before the end of the body: they show nowhere, and a browser
    that reads slowly has shown the page before they come. The count holds as long as nothing
    compresses the answer: see `security.init_security`.
    """
    head, end, tail = html.rpartition(_END) if _END in html else (html, "", "")
    return f"{head}{_filler(_missing(len(html.encode()), size))}{end}{tail}"


def pad_bytes(data: bytes, step: int) -> bytes:
    """Put spaces after `data` up to the next multiple of `step` bytes; JSON reads over them."""
    return data + b" " * _missing(len(data), step)


def _missing(length: int, step: int) -> int:
    return max(step, -(-length // step) * step) - length


def _filler(length: int) -> str:
    """Bare spaces where a comment's own seven characters have no room."""
    room = length - len(_OPEN) - len(_CLOSE)
    return " " * length if room < 0 else f"{_OPEN}{' ' * room}{_CLOSE}"
