"""Sealed files that hang on a tip, put there by the vault's own services."""

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import select

from admin.db import db
from admin.sealing import age
from admin.sealing.files import FileEntry
from admin.sealing.padme import blob_size, sealed_size
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.sealed_upload import SealedUpload


def put_file(app, data, *, name="photo.jpg", type="image/jpeg", state="cleaned"):
    """Keep a file, as an upload does that no tip names yet; gives its entry."""
    [entry] = put_pack(app, [(data, {"name": name, "type": type, "state": state})], blob_size)
    return entry


def put_pack(app, files, size_of):
    """Keep several files in one blob, one behind the other; gives their entries."""
    together = b"".join(data for data, _facts in files)
    identity = age.HybridIdentity.generate()
    clear_size = size_of(len(together))
    with app.app_context():
        upload = uploads.reserve(db.session, sealed_size(clear_size))
        blob = upload.blob
        db.session.commit()
        blobs = vault().blobs
        sealing = SealedUpload(blobs, blob, identity.recipient, clear_size=clear_size)
        sealing.write(together)
        sealing.close()
        uploads.finish(db.session, blobs, blob)
        db.session.commit()
    entries, offset = [], 0
    for data, facts in files:
        hashed = {"size": len(data), "sha256": sha256(data).hexdigest()}
        place = {"blob": blob, "key": str(identity), "offset": offset}
        entries.append(FileEntry(**hashed, **place, **facts))
        offset += len(data)
    return entries


def attach(app, tip, entries):
    """Hang files on a tip that names them."""
    with app.app_context():
        uploads.attach(db.session, tip.id, [entry.blob for entry in entries])
        db.session.commit()


def spoil_part(app, entry, number=0, at=-100):
    """Turn a bit of a stored part, as somebody would who holds the server's disk."""
    with app.app_context():
        blobs = vault().blobs
        size = db.reading.scalars(select(uploads.Upload.size).filter_by(blob=entry.blob)).one()
        parts = [blobs.read(entry.blob, n) for n in range(uploads.part_count(size))]
        changed = bytearray(parts[number])
        changed[at] ^= 1
        parts[number] = bytes(changed)
        blobs.remove(entry.blob)
        for n, part in enumerate(parts):
            blobs.put(entry.blob, n, part)


def lose(app, entry):
    """Take a file's objects away."""
    with app.app_context():
        vault().blobs.remove(entry.blob)


def with_files(sealed_tip, app, entries, **values):
    """Store a tip whose sealed words name these files; gives it as a row."""
    found = sealed_tip(app, files=[entry.to_dict() for entry in entries], **values)
    attach(app, found, entries)
    return found


def as_named(entry, name):
    return replace(entry, name=name)
