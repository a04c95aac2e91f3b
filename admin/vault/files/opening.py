"""Opens the store that `DENGSHAO_BLOBS_URL` names."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from obstore.store import MemoryStore, S3Store

from ...settings.addresses import LOOPBACK
from .blobs import BlobStore
from .local import LocalBlobs
from .remote import ANSWER_SECONDS, CONNECT_SECONDS, S3Blobs

# Who asks again is `S3Blobs`, by one clock.
_RETRY: Any = {"max_retries": 0}
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def open_blobs(url: str, ca: Path | None = None) -> BlobStore:
    """Make the door to the store of `DENGSHAO_BLOBS_URL`. Nothing is asked of it yet.

    `ca` holds certificates that vouch for the store's server, beside the system's (obstore adds).
    """
    kind = urlsplit(url).scheme
    if kind == "file":
        return LocalBlobs.at(url)
    if kind == "s3":
        return S3Blobs(lambda: s3_store(url, ca))
    if kind == "memory":
        return BlobStore(MemoryStore)
    raise ValueError("not an address of a blob store")


def s3_store(url: str, ca: Path | None, bucket: str = "") -> S3Store:
    """Open a bucket; keys, region and endpoint come from AWS_* of the environment (obstore's).

    `bucket` is its whole address, where that is known.
    """
    parts = urlsplit(url)
    options: Any = {
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=ANSWER_SECONDS),
    }
    if ca:
        options["root_certificate"] = ca.read_bytes()
    if _is_on_this_machine() or os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true":
        # Elsewhere, AWS_ALLOW_HTTP=true must say that the line is a safe one. obstore reads it only
        # where it is given no options of a client.
        options["allow_http"] = True
    # Signed with its SHA-256, whatever the environment says: most stores hold a body against it.
    settings: Any = {"unsigned_payload": False}
    if bucket:
        settings |= {
            "endpoint": bucket,
            "aws_endpoint_url_s3": bucket,
            "virtual_hosted_style_request": True,
        }
    prefix = parts.path.strip("/") or None
    return S3Store(
        parts.netloc, prefix=prefix, config=settings, client_options=options, retry_config=_RETRY
    )


def _is_on_this_machine() -> bool:
    named = (os.environ.get(name) for name in _ENDPOINTS)
    endpoint = next(filter(None, named), "")
    return urlsplit(endpoint).hostname in LOOPBACK
