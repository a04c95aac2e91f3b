"""Members at the desk in Chromium: by typing what they hold, or as such a sign-in left their tab.

Signing in costs a browser two scrypts of 128 MiB. The first one of each member is typed; what it
left in the tab and on the server is put into the tabs and stores of later tests, in whichever
process of the run: all stores are copies of one. It is used only where the server hands out the
very keyring that was opened then: after any change of keys it is typed anew.
"""

import os
import pickle
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, insert, select

from admin.db import db
from admin.models import Member, StaffSession
from admin.signin.guard import SID
from admin.signin.services import hash_token
from tests.live import Live

_STORES = "[{...sessionStorage}, {...localStorage}]"
_PUT = """([inTab, inBrowser]) => {
  Object.entries(inTab).forEach(([name, value]) => sessionStorage.setItem(name, value));
  Object.entries(inBrowser).forEach(([name, value]) => localStorage.setItem(name, value));
  localStorage.setItem("dengshao.touched", String(Date.now()));
}"""


@dataclass(frozen=True)
class _Kept:
    """What a sign-in left, in the tab and in the session's row; and what it opened."""

    stores: list
    row: dict
    keyring: dict


def type_secrets(page, live, member):
    """Type on the sign-in page what a member holds, and send it; returns the page."""
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", member.name)
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.click("#sign-in button[type=submit]")
    return page


def typed_in(page, live, member):
    """Sign a member in on the sign-in page; returns the page, at the desk."""
    type_secrets(page, live, member).wait_for_url(lambda url: "sign-in" not in url)
    return page


def signed_in(page, live, member):
    """Return the page at the desk as a sign-in of the member leaves it."""
    # A server of another process is signed in to as people do.
    if not isinstance(live, Live) or live.kept is None:
        return typed_in(page, live, member)
    path = live.kept / f"signed-in-{sha256(repr(_secrets(member)).encode()).hexdigest()}"
    if not path.exists():
        typed_in(page, live, member)
        _write_whole(path, pickle.dumps(_keep(page, live)))
    elif not _put_back(page, live, member.name, pickle.loads(path.read_bytes())):
        typed_in(page, live, member)
    return page


def _secrets(member):
    return member.name, member.passphrase, member.code


def _write_whole(path, data):
    """Another process that does the same at this moment loses nothing by it."""
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(data)
    new.replace(path)


def _keep(page, live):
    (cookie,) = page.context.cookies(f"{live.desk}/desk/")
    token = _serializer(live).loads(cookie["value"])[SID]
    with live.app.app_context():
        token_hash = StaffSession.token_hash == hash_token(token)
        row = db.reading.execute(select(StaffSession.__table__).where(token_hash)).one()._asdict()
    return _Kept(
        stores=page.evaluate(_STORES),
        row=row,
        keyring=_keyring(page, live),
    )


def _put_back(page, live, name, kept):
    """Open a session of its own with what was kept; False where the keyring is another by now."""
    token, now = secrets.token_urlsafe(32), int(time.time())
    mine = {"token_hash": hash_token(token), "last_seen": now, "opened_at": now}
    with live.app.app_context():
        mine["member_id"] = db.session.scalars(select(Member.id).filter_by(name=name)).one()
        db.session.execute(insert(StaffSession).values(kept.row | mine))
        db.session.commit()
    page.context.add_cookies([cookie_of(live, {SID: token})])
    if _keyring(page, live) != kept.keyring:
        _take_back(page, live, mine["token_hash"])
        return False
    _put_stores(page, live, kept.stores)
    # It leads on, as it leads on after signing in.
    page.goto(f"{live.desk}/desk/sign-in")
    return True


def _take_back(page, live, token_hash):
    page.context.clear_cookies()
    with live.app.app_context():
        db.session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))
        db.session.commit()


def _put_stores(page, live, stores):
    """Fill the tab's stores from an empty page of the same origin."""
    empty = f"{live.desk}/empty"
    page.route(empty, lambda route: route.fulfill(body="", content_type="text/html"), times=1)
    page.goto(empty)
    page.evaluate(_PUT, stores)


def _keyring(page, live):
    """What the server hands out to be opened; the key of the tab's store is each session's own."""
    answer = page.request.get(f"{live.desk}/desk/keyring.json")
    assert answer.status == 200, answer.status
    return {name: value for name, value in answer.json().items() if name != "wrap_key"}


def cookie_of(live, content):
    return {
        "name": live.app.config["SESSION_COOKIE_NAME"],
        "value": _serializer(live).dumps(content),
        "url": f"{live.desk}/desk/",
        "httpOnly": True,
        "sameSite": live.app.config["SESSION_COOKIE_SAMESITE"] or "Lax",
    }


def _serializer(live):
    return live.app.session_interface.get_signing_serializer(live.app)


def cleared(page):
    """Say on a tip's page, where it asks, to have no part in the tip; returns the page."""
    page.wait_for_selector("#clear:not([hidden]), #why:not([hidden]), #opened dl")
    if page.is_visible("#clear-no"):
        page.click("#clear-no")
    return page
