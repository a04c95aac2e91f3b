"""Asks a provider for a small JSON document: by TLS, of one host, following nothing."""

import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from .faults import GateDown

SECONDS: Final = 5
"""A visitor waits meanwhile, and holds a thread of the server."""
_MOST: Final = 256 * 1024


def trusting(ca: Path | None) -> ssl.SSLContext:
    """Trust the county's own authority where one is set, and then no other; else the system's."""
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def get_json(url: str, context: ssl.SSLContext) -> dict[str, Any]:
    """Fetch a document. Raises `GateDown`."""
    status, found = _ask(url, context, "GET", None, {})
    if status != 200:
        raise GateDown("answer")
    return found


def post_form(
    url: str, fields: Mapping[str, str], headers: Mapping[str, str], context: ssl.SSLContext
) -> tuple[int, dict[str, Any]]:
    """Post a form; gives the status and the document. Raises `GateDown`."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return _ask(url, context, "POST", urlencode(fields), {**kind, **headers})


def _ask(
    url: str,
    context: ssl.SSLContext,
    method: str,
    body: str | None,
    headers: Mapping[str, str],
) -> tuple[int, dict[str, Any]]:
    connection = _connection(url, context)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, {"Accept": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read(_MOST + 1)
    except ssl.SSLError:
        raise GateDown("certificate") from None
    except (OSError, http.client.HTTPException):
        raise GateDown("connection") from None
    finally:
        connection.close()
    return answer.status, _document(text)


def _connection(url: str, context: ssl.SSLContext) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)


def _document(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text) if len(text) <= _MOST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GateDown("answer")
    return found
