"""A member's own sessions: seen, told apart, and ended."""

import pytest
from sqlalchemy import select

from admin.access.roles import Staff
from admin.db import db
from admin.models import AuditEvent, StaffSession
from admin.signin import services, sessions
from tests.admin.signin.halfway import sign_in
from tests.support import desk_client

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36"
LINES = {
    CHROME: "Chrome · Windows",
    CHROME + " Edg/143.0.0.0": "Edge · Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox · Linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605": "Safari · macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604": "Safari · iPhone",
    "Mozilla/5.0 (Linux; Android 14; 张三的手机) Chrome/143 Mobile Safari/5": "Chrome · Android",
    "Mozilla/5.0 (Linux; Android 14) Chrome/100 MicroMessenger/8.0": "微信 · Android",
    "curl/8": "其他浏览器 · 其他系统",
    "": "其他浏览器 · 其他系统",
    "<script>" * 1000: "其他浏览器 · 其他系统",
}


@pytest.mark.parametrize("line", LINES)
def test_a_browser_is_told_in_words_of_ours_and_nothing_else_of_its_line_is_kept(line):
    assert sessions.browser_kind(line) == LINES[line]


# Each mark by itself, and the word for it.
BROWSERS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "OPR": "Opera",
    "QQBrowser": "QQ 浏览器",
    "UCBrowser": "UC 浏览器",
    "SamsungBrowser": "三星浏览器",
    "HuaweiBrowser": "华为浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "FxiOS": "Firefox",
    "Safari": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "HarmonyOS": "HarmonyOS",
    "OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def test_each_browser_and_each_system_is_told_by_its_mark():
    for mark, word in BROWSERS.items():
        assert sessions.browser_kind(f"x {mark}/1") == f"{word} · 其他系统"
    for mark, word in SYSTEMS.items():
        assert sessions.browser_kind(f"x ({mark} 1)") == f"其他浏览器 · {word}"


def test_of_several_marks_the_first_of_the_list_counts():
    """Most name what they copy: whatever comes later in the line, or in the list, is not it."""
    for names in (BROWSERS, SYSTEMS):
        listed = [*names]
        for place, mark in enumerate(listed):
            later = " ".join([*listed[place + 1 :], mark])
            assert names[mark] in sessions.browser_kind(later)


NOW = 1_000_000


@pytest.fixture
def opened(session, unit):
    """Open sessions of a member, each seen so many seconds ago; gives their tokens."""

    def opening(member, *ages, is_verified=True):
        tokens = []
        for age in ages:
            token = services.open_session(
                session, member, now=NOW - age, old=None, is_verified=is_verified
            )
            tokens.append(token)
        return tokens

    return opening


def test_this_session_comes_first_then_the_latest_seen_and_none_that_has_ended(
    session, unit, opened
):
    tokens = opened(unit.first, 300, 10, 200, 15 * 60, 100)
    opened(unit.second, 5)

    listed = sessions.list_sessions(session, unit.first.id, token=tokens[2], now=NOW)

    assert [NOW - one.last_seen for one in listed] == [200, 10, 100, 300]
    assert [one.is_this for one in listed] == [True, False, False, False]
    assert all(one.is_verified and one.opened_at == one.last_seen for one in listed)
    hashes = [services.hash_token(token).hex()[:16] for token in tokens]
    assert [one.handle for one in listed] == [hashes[place] for place in (2, 1, 4, 0)]


def test_a_half_signed_in_session_is_told_as_one(session, unit, opened):
    (token,) = opened(unit.first, 1, is_verified=False)

    (one,) = sessions.list_sessions(session, unit.first.id, token=token, now=NOW)

    assert not one.is_verified


def staff(member):
    return Staff(member.id, member.name, member.unit_id, tuple(member.roles))


def test_ending_one_or_all_others_leaves_this_one_and_a_line_for_each_act(session, unit, opened):
    here, one, other = opened(unit.first, 1, 2, 3)
    (bos,) = opened(unit.second, 1)
    me = staff(unit.first)
    handle = services.hash_token(one).hex()[:16]

    sessions.end_session(session, me, handle)
    with pytest.raises(sessions.NoSuchSession):
        sessions.end_session(session, me, handle)
    with pytest.raises(sessions.NoSuchSession):
        sessions.end_session(session, me, services.hash_token(bos).hex()[:16])
    assert left(session) == {*map(services.hash_token, (here, other, bos))}
    sessions.end_others(session, me, token=here)

    assert left(session) == {*map(services.hash_token, (here, bos))}
    lines = session.query(AuditEvent).order_by(AuditEvent.number)
    told = [(line.act, line.by, line.unit_id, line.detail) for line in lines]
    assert told == [("session_ended", "ada", "police", detail) for detail in ("one", "others")]


def left(session):
    return set(session.scalars(select(StaffSession.token_hash)))


@pytest.fixture
def two(app, desk, made):
    """The same member signed in twice: here, and in Edge."""
    sign_in(desk, made)
    other = desk_client(app)
    other.environ_base["HTTP_USER_AGENT"] = CHROME + " Edg/143.0.0.0"
    sign_in(other, made)
    return desk, other


def handle_of(page, browser):
    row = next(part for part in page.split("<li>") if browser in part)
    return row.split("/desk/account/sessions/")[1].split("/end")[0]


def end(desk, path):
    return desk.post(f"/desk/account/sessions/{path}", data={"csrf_token": desk.token()})


def test_the_account_page_lists_my_sessions_and_marks_this_one(two, app):
    page = two[0].get("/desk/account/").text

    assert page.count("就是这个") == 1
    assert "Edge · Windows" in page
    with app.app_context():
        assert {row.browser for row in db.session.query(StaffSession)} == {
            "Edge · Windows",
            "其他浏览器 · 其他系统",
        }


def test_a_session_is_ended_from_the_other_and_audited(two, app):
    here, other = two

    answer = end(here, f"{handle_of(here.get('/desk/account/').text, 'Edge')}/end")

    assert (answer.status_code, answer.location) == (303, "/desk/account/")
    assert other.get("/desk/account/").location == "/desk/sign-in"
    assert here.get("/desk/account/").status_code == 200
    with app.app_context():
        line = db.session.query(AuditEvent).one()
        assert (line.act, line.by, line.detail) == ("session_ended", "ada", "one")


def test_all_others_are_ended_at_once_and_no_other_members(two, app, made):
    here, other = two
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)

    end(here, "end-others")

    assert other.get("/desk/account/").location == "/desk/sign-in"
    assert here.get("/desk/account/").status_code == 200
    assert bo.get("/desk/account/").status_code == 200


def test_nobody_ends_another_members_session(two, app, made):
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)
    handle = handle_of(two[0].get("/desk/account/").text, "Edge")

    end(bo, f"{handle}/end")

    assert two[1].get("/desk/account/").status_code == 200


@pytest.mark.table
@pytest.mark.parametrize("handle", ["X", "0" * 16, "0" * 64, "..%2F.."])
def test_a_made_up_handle_ends_nothing(two, app, handle):
    end(two[0], f"{handle}/end")

    assert two[0].get("/desk/account/").status_code == 200
    assert two[1].get("/desk/account/").status_code == 200


def test_ending_a_session_needs_the_sessions_own_token(two):
    assert two[0].post("/desk/account/sessions/end-others").status_code == 400
    assert two[1].get("/desk/account/").status_code == 200
