"""A tip's files in Chromium: looked at in the frame, saved, copied; and what is wrong is said."""

import hashlib
import re

import pytest
from PIL import Image
from sqlalchemy import select

from admin.config import ROOT
from admin.db import db
from admin.models import AuditEvent, Decision
from tests import evidence_files as made
from tests.admin.desk.files_made import put_file, with_files
from tests.live import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture
def page(live, visit, demo):
    """A member's page that fails the test when its scripts or its headers' policy complain."""
    page = visit(viewport={"width": 360, "height": 780})
    page.set_default_timeout(60_000)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


def test_first(page, live, sealed_tip):
    entry = put_file(live.app, made.photo_with_gps())
    film = put_file(live.app, made.film_mp4(), name="film.mp4", type="video/mp4", state="original")
    tip = with_files(sealed_tip, live.app, [entry, film])
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    page.click(".files__one:nth-child(1) button >> nth=0")
    page.wait_for_timeout(3000)
    page.screenshot(path="/tmp/e6-1.png", full_page=True)
    print(page.inner_text("#files"))
    print([f.url for f in page.frames])
    page.click(".files__one:nth-child(2) button >> nth=0")
    page.wait_for_timeout(3000)
    page.screenshot(path="/tmp/e6-2.png", full_page=True)
    print(page.inner_text("#files"))
