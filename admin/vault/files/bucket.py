"""Asks an S3 bucket what it does by itself: keeps versions, locks, deletes, writes down who came.

obstore signs (with whatever keys it has found), and has no calls for these questions. It writes an
object's path behind the endpoint: behind one that ends in a query, the path is the last value of
that query. `x-id` is a value that S3 servers pass over; AWS' own libraries send it.
"""

import http.client
import ssl
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import obstore
from obstore.exceptions import BaseError

from .opening import s3_store
from .remote import ANSWER_SECONDS

_NOBODY: Final = "doctor"
_GOOD_FOR: Final = timedelta(minutes=2)
_MOST: Final = 1024 * 1024


class Question(StrEnum):
    VERSIONING = "versioning"
    VERSIONS = "versions"
    LOCK = "object-lock"
    LIFECYCLE = "lifecycle"
    LOGGING = "logging"


@dataclass(frozen=True)
class Said:
    """What a bucket answered; the status is 0 where nothing came that could be read."""

    status: int = 0
    code: str = ""
    """The store's own word for an error."""
    told: ElementTree.Element | None = None

    @property
    def reason(self) -> str:
        return self.code or (f"HTTP {self.status}" if self.status else "没有应答")

    def all(self, *path: str) -> list[ElementTree.Element]:
        """List the elements at the end of a path, in whatever namespace the store speaks."""
        if self.told is None:
            return []
        return self.told.findall("/".join(f"{{*}}{name}" for name in path))


class Bucket:
    """A bucket as its keeper sees it, beside the objects in it."""

    def __init__(self, url: str, ca: Path | None = None) -> None:
        parts = urlsplit(url)
        self.name = parts.netloc
        self.prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._url, self._ca = url, ca

    def ask(self, question: Question) -> Said:
        """Ask one question; what cannot be asked was not answered."""
        query = f"{question}="
        if question is Question.VERSIONS:
            query += f"&prefix={quote(self.prefix, safe='')}&max-keys=1000"
        try:
            return self._said(self._signed(query))
        except (BaseError, OSError, http.client.HTTPException, ElementTree.ParseError):
            return Said()

    def _signed(self, query: str) -> str:
        plain = s3_store(f"s3://{self.name}", self._ca)
        address = obstore.sign(plain, "GET", _NOBODY, _GOOD_FOR).partition("?")[0]
        bucket = address.removesuffix(f"/{_NOBODY}")
        asking = s3_store(f"s3://{self.name}", self._ca, bucket=f"{bucket}?{query}&x-id=")
        return obstore.sign(asking, "GET", _NOBODY, _GOOD_FOR)

    def _said(self, address: str) -> Said:
        parts = urlsplit(address)
        line = self._line(parts.scheme, parts.netloc)
        try:
            line.request("GET", f"{parts.path}?{parts.query}")
            answer = line.getresponse()
            told = ElementTree.fromstring(answer.read(_MOST))  # noqa: S314 (expat refuses bombs)
        finally:
            line.close()
        code = told.findtext("{*}Code") or told.findtext("Code") or ""
        return Said(answer.status, code if answer.status >= 300 else "", told)

    def _line(self, scheme: str, place: str) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(place, timeout=ANSWER_SECONDS)
        trust = ssl.create_default_context()
        if self._ca:
            trust.load_verify_locations(self._ca)
        return http.client.HTTPSConnection(place, timeout=ANSWER_SECONDS, context=trust)
