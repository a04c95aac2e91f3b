"""What the public reads in /keys.json this moment, asked for as a reporter's browser does."""

import http.client
import json
import ssl
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from ..config import Config
from ..reading.keys_file import Keys, published
from .unanswered import why

_SECONDS: Final = 10
_MOST: Final = 1_000_000


class NotSeen(Exception):
    """Nothing came that can be compared; the message says what came instead."""


def fetch(config: Config) -> dict[str, Any]:
    """Fetch /keys.json: from the public host, in development from this machine's own port.

    Raises `NotSeen`.
    """
    connection = _connection(config)
    try:
        connection.request("GET", "/keys.json", headers={"Host": config.public_host})
        answer = connection.getresponse()
        text = answer.read(_MOST)
    except (OSError, http.client.HTTPException) as error:
        raise NotSeen(why(error)) from None
    finally:
        connection.close()
    if answer.status != 200:
        raise NotSeen(f"应答是 {answer.status}")
    return _read(text)


def _connection(config: Config) -> http.client.HTTPConnection:
    if config.production:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(config.public_host, timeout=_SECONDS, context=context)
    host, _, port = config.bind.rpartition(":")
    return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_SECONDS)


def _read(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotSeen("应答不是密钥的名单")
    return found


def address(config: Config) -> str:
    return f"{'https' if config.production else 'http'}://{config.public_host}/keys.json"


def seen_keys(seen: Mapping[str, Any]) -> Keys:
    """Read what was fetched as a browser would; rows of another shape count for nothing."""
    rows = [row for name in ("keys", "retiring") for row in _rows(seen.get(name))]
    open_ones = {(row["unit"], row["fingerprint"]) for row in rows if "until" not in row}
    older = {
        (row["unit"], row["fingerprint"], _day(row["until"])) for row in rows if "until" in row
    }
    overlap = {
        (row["unit"], row["fingerprint"], _day(row["overlap"])) for row in rows if "overlap" in row
    }
    return Keys(frozenset(open_ones), frozenset(older), frozenset(overlap))


def _rows(found: object) -> list[dict[str, str]]:
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict) and {"unit", "fingerprint"} <= set(row)]


def _day(found: str) -> date:
    try:
        return date.fromisoformat(found)
    except (TypeError, ValueError):
        return date.min


def differences(seen: Mapping[str, Any], wanted: Keys) -> list[str]:
    """Say in what the public list differs from keys.yml."""
    public, said = seen_keys(seen), []
    for unit, found in sorted(wanted.open - public.open):
        said.append(f"公众看不到 {unit} 的 {found}")
    for unit, found in sorted(public.open - wanted.open):
        said.append(f"公众看到 {unit} 的 {found}，keys.yml 里没有")
    if not said and (public.retiring, public.overlap) != (wanted.retiring, wanted.overlap):
        said.append("退役的旧密钥不一样")
    return said


def told(seen: Mapping[str, Any]) -> list[str]:
    """Write what the public reads, a line for each key."""
    shown = published(seen_keys(seen))
    return [
        *(f"  {row['unit']}\t{row['fingerprint']}" for row in shown["keys"]),
        *(
            f"  {row['unit']}\t{row['fingerprint']}\t旧，到 {row['until']}"
            for row in shown["retiring"]
        ),
    ]
