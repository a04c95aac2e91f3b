"""What somebody typed into a form that the database did not take: given back to them.

Only what this very request brought, and only where a form of the desk's own pages or the mailbox's
brought it: no passphrase, code, key or address is typed there. What a script seals never comes here
in clear. A receipt does, hidden, as in each page of the mailbox without scripts. The form for a tip
makes a page of its own.
"""

import re
from dataclasses import dataclass
from typing import Final

from flask import current_app, request

_GIVES_BACK: Final = ("admin.desk.", "admin.mailbox.views")
"""Whose forms; those of the accounts' pages hold secrets."""
_RECEIPT: Final = "receipt"
_FORM: Final = "application/x-www-form-urlencoded"
_NO_WORDS: Final = re.compile(r"[!-~]*")
"""A choice, a number, a token, sealed bytes: carried along, and not worth a look."""


@dataclass(frozen=True)
class Field:
    name: str
    text: str

    @property
    def is_words(self) -> bool:
        """Whether a person would want to keep it, were the page closed; a receipt is on paper."""
        return self.name != _RECEIPT and not _NO_WORDS.fullmatch(self.text)


def given_back() -> list[Field]:
    """List all fields of the form that came, to be sent once more; empty for any other request."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_ours = view is not None and view.__module__.startswith(_GIVES_BACK)
    if request.method != "POST" or request.mimetype != _FORM or not is_ours:
        return []
    return [Field(name, text) for name, text in request.form.items(multi=True)]
