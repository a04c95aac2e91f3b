"""What a reporter's browser posts with scripts, and how it is answered: JSON without a cookie."""

import json
from typing import Any

from flask import Response, abort, current_app, request

from ..tip.problems import STATUSES, Problem
from .padding import pad_bytes


def read_json(most: int) -> dict[str, Any]:
    """Read the request's one JSON object of at most so many bytes; refuse anything else."""
    # Only with this type does a browser ask before it posts from a page of another origin.
    if request.mimetype != "application/json":
        abort(415)
    if (request.content_length or 0) > most:
        abort(413)
    data = request.get_data(cache=False)
    # A body sent in pieces tells no length beforehand.
    if len(data) > most:
        abort(413)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(content, dict):
        abort(400)
    return content


def answer_problem(problem: Problem, *, step: int, retry_after: int | None = None) -> Response:
    """Answer that something went wrong; `retry_after` are seconds to wait before the next try."""
    response = answer_json({"error": problem}, STATUSES[problem], step=step)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def answer_json(content: dict[str, Any], status: int = 200, *, step: int) -> Response:
    """Answer with JSON that grows in steps, so that its length on the wire tells little."""
    text = pad_bytes(json.dumps(content, ensure_ascii=False).encode(), step)
    return current_app.response_class(text, status=status, mimetype="application/json")
