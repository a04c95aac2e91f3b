"""What `dengshao doctor` gathers about sealed files: the store, the bucket, rows and objects."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...config import Config
from ...db import today
from ...models import Upload
from ...vault.files.bucket import Bucket
from ...vault.files.opening import open_blobs
from ...vault.files.remote import S3Blobs
from ...vault.files.uploads import MIB, promised_bytes, waiting_bytes
from ..files import check_budget, check_store, check_strays, check_waiting, check_wholeness
from ..findings import Finding, State
from .bucket import look_at_bucket


def look_at_evidence(session: Session, config: Config) -> Iterator[Finding]:
    """Look at the sealed files, and at the room that is left for more."""
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    store = check_store(blobs)
    yield store
    if isinstance(blobs, S3Blobs):
        yield from look_at_bucket(Bucket(config.blobs_url, config.blobs_ca))
    waiting, promised = waiting_bytes(session), promised_bytes(session, today())
    yield check_waiting(waiting, config.orphans_mb * MIB)
    yield check_budget(promised, config.files_mb_day * MIB)
    if store.state is State.GOOD:
        # The store first: what comes meanwhile has a row then.
        stored = blobs.all_sizes()
        rows = session.execute(select(Upload.blob, Upload.size, Upload.tip_id, Upload.is_released))
        known = list(rows)
        named = {row.blob: row.size for row in known if row.tip_id and not row.is_released}
        yield check_wholeness(named, stored)
        yield check_strays((row.blob for row in known), stored)
