"""What the scripts of the accounts' pages get back, and what they sent."""

from typing import Any, Final

from flask import Response, jsonify, request, url_for

HOMES: Final = {
    "administrator": "members.admin",
    "auditor": "audit.show_log",
    "counter": "counts.show_counts",
    "payer": "rewards.show_paying",
}
"""Where those begin who see no queue."""


def refused(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Answer a script with one sentence that says what to do."""
    response = jsonify(error=sentence)
    response.status_code = status
    response.headers.update(headers or {})
    return response


def sent() -> dict[str, Any]:
    """Read the JSON object that a script sent; anything else counts as an empty one."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def sent_text(name: str) -> str:
    """Read one short text of what a script sent."""
    text = sent().get(name)
    return text[:200] if isinstance(text, str) else ""


def first_page(roles: tuple[str, ...], *, waits: bool = False) -> str:
    """Tell where a member begins: the first of their roles' own pages, or the queue.

    Who `waits` for the key of their unit begins where it is made and handed on.
    """
    if waits:
        return "/desk/unit/"
    for role, endpoint in HOMES.items():
        if role in roles:
            return url_for(endpoint)
    return "/desk/"
