"""长辈版 by address: what asks for it with `?view=elder` gets it, and so does what it leads to.

With scripts the browser remembers the size (lamp.js). Without them, an address is all there is to
remember by; the public pages set no cookie (decision 78).
"""

from flask import has_request_context, request

_NAME, _VALUE = "view", "elder"


def is_large() -> bool:
    """Tell whether the page was asked for in 长辈版."""
    return has_request_context() and request.args.get(_NAME) == _VALUE


def kept_large(address: str) -> str:
    """Let an address of the app lead on in 长辈版 where the page is shown in it."""
    if not is_large():
        return address
    path, mark, fragment = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{_NAME}={_VALUE}{mark}{fragment}"
