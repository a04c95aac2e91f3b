"""Two who want the same file at once: one has it, the other is told."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.models import Upload
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.sweep import sweep_files
from admin.vault.files.uploads import NotWhole, TooManyOrphans

ROUNDS = 8


@pytest.fixture
def at_once(app):
    """Do several things at the same moment, each with a session of its own; gives what they say."""

    def run(*acts):
        start, said = threading.Barrier(len(acts)), []

        def one(act):
            with app.app_context():
                start.wait()
                said.append(act())
                db.session.close()

        threads = [threading.Thread(target=one, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Counter(said)

    return run


def naming(tip_id, blob):
    def act():
        try:
            uploads.attach(db.session, tip_id, [blob])
            db.session.commit()
        except NotWhole:
            db.session.rollback()
            return "refused"
        return "named"

    return act


def sweeping():
    sweep_files(db.session, vault().blobs, today() + timedelta(days=2))
    return "swept"


def whole(session):
    blob = uploads.reserve(session, 3).blob
    session.commit()
    vault().blobs.put(blob, 0, b"abc")
    uploads.finish(session, vault().blobs, blob)
    session.commit()
    session.close()
    return blob


def test_of_two_tips_that_name_one_file_at_once_one_has_it(session, tip_id, other_id, at_once):
    for _ in range(ROUNDS):
        blob = whole(session)
        said = at_once(naming(tip_id, blob), naming(other_id, blob))

        assert said == {"named": 1, "refused": 1}
        assert uploads.find(session, blob).tip_id in (tip_id, other_id)
        session.close()


def test_a_file_that_is_named_while_it_is_swept_is_there_or_the_tip_is_told(
    session, tip_id, at_once
):
    for _ in range(ROUNDS):
        blob = whole(session)
        said = at_once(naming(tip_id, blob), sweeping)
        named = session.scalars(select(Upload.blob).where(Upload.tip_id == tip_id)).all()
        session.close()

        assert said["named"] + said["refused"] == 1
        assert (blob in named) == bool(said["named"])
        assert vault().blobs.parts(blob) == said["named"]


def promising():
    try:
        uploads.reserve(db.session, uploads.MIB)
        db.session.commit()
    except TooManyOrphans:
        db.session.rollback()
        return "refused"
    return "promised"


@pytest.fixture
def environ(environ, shape_blobs_url):
    return environ | {"DENGSHAO_ORPHANS_MB": "3", "DENGSHAO_BLOBS_URL": shape_blobs_url}


def test_those_who_ask_for_room_at_once_get_no_more_than_there_is(session, at_once):
    assert at_once(*[promising] * 6) == {"promised": 3, "refused": 3}
