"""What must be so before running nodes read content, data and keys anew."""

from pathlib import Path

from ..config import Config
from ..reading.data_files import DataError, load_file
from .data import load_district, routes_digest
from .public_keys import (
    NotSeen,
    address,
    fetch,
)


def check_all(
    config: Config, *, known: str | None = None, is_serving: bool = True, may_miss: bool = False
) -> None:
    """Check every file of content/data, and in production that the public reads these routes.

    `known` is the digest of the routes that already serve: what did not change needs no look.
    `may_miss` lets a site pass that does not answer. Raises `DataError`.
    """
    digest = routes_digest(load_district(config.content, config.confirmed_keys))
    check_files(config.content)
    # In development the server itself answers for /keys.json, out of what it goes by.
    if config.production and is_serving and digest != known:
        _compare(config, digest, may_miss=may_miss)


def check_files(content: Path) -> None:
    """Hold each file against its schema, those of the site alone too. Raises `DataError`."""
    for path in sorted((content / "data").glob("*.yml")):
        load_file(content, path.stem)


def _compare(config: Config, digest: str, *, may_miss: bool) -> None:
    try:
        seen = fetch(config)
    except NotSeen as error:
        if may_miss:
            return
        raise DataError(
            f"取不到 {address(config)}（{error}），没法核对线索的去向。"
            "看看网站在不在运行。确实没有改过去向的，用 dengshao reload --unseen。"
        ) from None
    if seen.get("routes") != digest:
        raise DataError(
            "routes.yml、categories.yml 写的去向，和网站上公布的不一样。"
            "先重新建网站，马上再运行 dengshao reload。现在换，写线索的人会看到「去向对不上」。"
        )
