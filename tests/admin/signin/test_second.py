"""The second factor over HTTP: what opens, what is refused, what a session without it reaches."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from cryptography.exceptions import InvalidTag

from admin.db import db
from admin.models import AuditEvent, Member, StaffSession
from admin.signin import second
from tests.admin.signin.halfway import code, post, proved, set_up, sign_in
from tests.support import desk_client


@pytest.fixture
def half(desk, made, now, required):
    """A member who has shown passphrase and code, and has no second factor yet."""
    assert sign_in(desk, made).json["second"] == {"totp": False, "passkeys": 0}
    return desk


@pytest.fixture
def ada(half, now):
    """A member with one-time codes, signed in; `ada.secret`, `ada.codes`."""
    half.secret, half.codes = set_up(half, now)
    return half


@pytest.fixture
def again(app, ada, made):
    """The same member in another browser, asked for the second factor."""
    other = desk_client(app)
    assert sign_in(other, made).json["second"] == {"totp": True, "passkeys": 0}
    return other


def audited(app):
    with app.app_context():
        lines = db.session.query(AuditEvent).order_by(AuditEvent.number)
        return [(line.act, line.by, line.detail) for line in lines]


def test_a_first_sign_in_sets_one_time_codes_up_and_gets_ten_recovery_codes(half, now, app):
    assert half.get("/desk/account/", follow_redirects=True).request.path == "/desk/sign-in/second"
    page = half.get("/desk/sign-in/second")
    assert "请先设置两步验证" in page.text

    secret, codes = set_up(half, now)

    assert len(set(codes)) == 10
    assert half.get("/desk/account/").status_code == 200
    with app.app_context():
        member = db.session.query(Member).filter_by(name="ada").one()
        kept = member.totp_secret + str(member.recovery_codes).encode()
        assert len(member.recovery_codes) == 10
    assert secret.replace(" ", "").encode() not in kept
    assert not any(one.replace("-", "").encode() in kept for one in codes)
    assert audited(app) == [("factor_added", "ada", "totp"), ("recovery_codes_made", "ada", "")]


def test_the_picture_is_shown_to_its_member_until_it_is_proved_and_never_after(half, now):
    assert half.get("/desk/sign-in/factors/totp.svg").status_code == 404
    secret = post(half, "factors/totp/new").json["secret"]

    picture = half.get("/desk/sign-in/factors/totp.svg")

    assert picture.mimetype == "image/svg+xml"
    assert "<svg" in picture.text
    assert "<script" not in picture.text
    assert "style" not in picture.text
    post(half, "factors/totp", {"code": code(secret, now["is"])})
    assert half.get("/desk/sign-in/factors/totp.svg").status_code == 404


def test_a_right_code_opens_a_new_session_and_the_old_token_is_gone(again, ada, now, app):
    with again.session_transaction("/desk/", base_url=again._base) as session:
        before = session["sid"]

    answer = post(again, "second/code", {"code": code(ada.secret, now["is"])})

    assert answer.json == {"next": "/desk/"}
    assert again.get("/desk/account/").status_code == 200
    with again.session_transaction("/desk/", base_url=again._base) as session:
        assert session["sid"] != before
    assert again.ask("/desk/keyring.json").status_code == 200


@pytest.mark.parametrize("offset", [-30, 0, 30])
def test_one_step_of_clock_skew_is_allowed_each_way(again, ada, now, offset):
    now["is"] += 300

    answer = post(again, "second/code", {"code": code(ada.secret, now["is"] + offset)})

    assert answer.status_code == 200


def used_code(desk, ada, now):
    post(desk, "second/code", {"code": code(ada.secret, now["is"])})
    return code(ada.secret, now["is"])


def older_step(desk, ada, now):
    post(desk, "second/code", {"code": code(ada.secret, now["is"])})
    return code(ada.secret, now["is"] - 30)


REFUSED = {
    "replayed": used_code,
    "of an older step than the last one taken": older_step,
    "two steps old": lambda _desk, ada, now: code(ada.secret, now["is"] - 60),
    "two steps ahead": lambda _desk, ada, now: code(ada.secret, now["is"] + 60),
    "wrong": lambda _desk, ada, now: code(pyotp.random_base32(), now["is"]),
    "empty": lambda *_args: "",
    "words": lambda *_args: "我的口令",
    "long": lambda *_args: "1" * 10_000,
    "no text": lambda *_args: ["123456"],
    "a recovery code": lambda _desk, ada, _now: ada.codes[0],
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_no_other_code_is_taken(app, again, ada, made, now, name):
    now["is"] += 300
    refused = REFUSED[name](again, ada, now)
    other = desk_client(app)
    sign_in(other, made)

    answer = post(other, "second/code", {"code": refused})

    assert answer.status_code == 401
    assert answer.json["error"] == "验证码不对，或者已经用过。请等出现下一个，再输。"
    assert other.ask("/desk/keyring.json").status_code == 401
    assert audited(app)[-1] == ("second_failed", "ada", "totp")


def test_a_code_of_another_member_is_not_taken(app, ada, made, now):
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)
    secret, codes = set_up(bo, now)
    other = desk_client(app)
    sign_in(other, made)

    by_code = post(other, "second/code", {"code": code(secret, now["is"])})
    by_recovery = post(other, "second/recovery", {"code": codes[0]})

    assert (by_code.status_code, by_recovery.status_code) == (401, 401)
    assert other.ask("/desk/keyring.json").status_code == 401


def test_guessing_is_slowed_before_it_is_judged_and_the_right_code_waits_too(again, ada, now):
    for _ in range(5):
        assert post(again, "second/code", {"code": "000000"}).status_code == 401

    answer = post(again, "second/code", {"code": code(ada.secret, now["is"])})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert post(again, "second/recovery", {"code": ada.codes[0]}).status_code == 429

    now["is"] += 31
    assert post(again, "second/code", {"code": code(ada.secret, now["is"])}).status_code == 200


@pytest.mark.parametrize("write", [str, str.upper, lambda text: text.replace("-", " ")])
def test_a_recovery_code_opens_the_sign_in_once(app, again, ada, made, write):
    assert post(again, "second/recovery", {"code": write(ada.codes[3])}).status_code == 200
    assert "剩 9 个，用了 1 个" in again.get("/desk/account/").text
    assert audited(app)[-1] == ("recovery_code_used", "ada", "left=9")

    other = desk_client(app)
    sign_in(other, made)
    answer = post(other, "second/recovery", {"code": ada.codes[3]})

    assert answer.status_code == 401
    assert other.get("/desk/account/").status_code == 302
    assert post(other, "second/recovery", {"code": ada.codes[4]}).status_code == 200


def test_a_recovery_code_opens_no_key(again, ada):
    """What the server gives after it is what it always gives: sealed by passphrase and code."""
    post(again, "second/recovery", {"code": ada.codes[0]})

    keyring = again.ask("/desk/keyring.json").json

    assert "AGE-SECRET-KEY" not in str(keyring)
    assert keyring["sealed_identity"]


def test_new_recovery_codes_make_the_old_ones_worthless(app, ada, made, now):
    proved(ada, now)
    new = ada.send("/desk/account/recovery-codes").json["codes"]
    other = desk_client(app)
    sign_in(other, made)

    assert len(new) == 10
    assert post(other, "second/recovery", {"code": ada.codes[0]}).status_code == 401
    assert post(other, "second/recovery", {"code": new[0]}).status_code == 200


def addresses(app):
    """Every address below /desk/ with each of its methods; arguments filled with an X or a 1."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk"):
            continue
        address = rule.rule
        for argument, converter in rule._converters.items():
            value = "1" if "Integer" in type(converter).__name__ else "X"
            for form in (f"<string:{argument}>", f"<int:{argument}>", f"<{argument}>"):
                address = address.replace(form, value)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, address, app.view_functions[rule.endpoint].audience


@pytest.fixture
def whole(environ, app, made, people, now):
    """All rooms of the desk, on the same store."""
    from admin import create_app
    from admin.config import load_config

    settings = {"DENGSHAO_ROOMS": "accounts,desk", "DENGSHAO_SECOND_FACTOR": "required"}
    whole = create_app(load_config(environ | settings))
    yield whole
    with whole.app_context():
        db.dispose()


@pytest.mark.parametrize("has_factor", [False, True])
def test_a_session_without_the_second_factor_reaches_no_staff_page_at_all(
    whole, made, now, has_factor
):
    if has_factor:
        first = desk_client(whole)
        sign_in(first, made)
        set_up(first, now)
    half = desk_client(whole)
    sign_in(half, made)
    token = half.token("/desk/sign-in/second")
    tried = 0
    for method, address, audience in addresses(whole):
        if audience != "staff":
            continue
        for kind in ("text/html", "application/json"):
            answer = half.open(
                address, method=method, headers={"Accept": kind, "X-CSRFToken": token}
            )
            expected = 302 if kind == "text/html" else 401
            assert answer.status_code == expected, (method, address, answer.status_code)
            if expected == 302:
                assert answer.location == "/desk/sign-in", address
        tried += 1
    assert tried >= 25


def test_a_stolen_first_factor_sets_no_second_one_up_beside_the_members_own(again, ada, now):
    tries = [
        post(again, "factors/totp/new"),
        post(again, "factors/totp", {"code": "123456"}),
        post(again, "factors/passkey/options"),
        post(again, "factors/passkey", {}),
        again.get("/desk/sign-in/factors/totp.svg"),
    ]

    assert [answer.status_code for answer in tries] == [403] * 5


def test_a_stranger_reaches_nothing_of_the_second_step(desk):
    assert desk.get("/desk/sign-in/second").location == "/desk/sign-in"
    assert desk.send("/desk/sign-in/second/code", {"code": "123456"}).status_code == 401
    assert desk.send("/desk/sign-in/factors/totp/new").status_code == 401


def test_a_half_signed_in_session_is_not_prolonged(half, now, app):
    for _ in range(3):
        now["is"] += 400
        half.get("/desk/sign-in/second")

    assert half.get("/desk/sign-in/second").location == "/desk/sign-in"
    with app.app_context():
        assert db.session.query(StaffSession).count() == 0


def test_the_last_factor_stays_where_one_is_required(ada, app, now):
    proved(ada, now)
    answer = ada.send("/desk/account/totp/remove")

    assert answer.status_code == 409
    assert answer.json["error"] == "至少要留一种。请先加上新的，再去掉这个。"
    with app.app_context():
        assert db.session.query(Member).filter_by(name="ada").one().totp_secret is not None


def test_a_new_phone_takes_the_old_ones_place(app, ada, made, now):
    proved(ada, now)
    secret = ada.send("/desk/sign-in/factors/totp/new").json["secret"]
    answer = ada.send("/desk/sign-in/factors/totp", {"code": code(secret, now["is"])})
    assert answer.json["codes"] == []
    now["is"] += 60
    other = desk_client(app)
    sign_in(other, made)

    assert post(other, "second/code", {"code": code(ada.secret, now["is"])}).status_code == 401
    assert post(other, "second/code", {"code": code(secret, now["is"])}).status_code == 200


def test_a_wrong_first_code_leaves_the_picture_and_a_later_one_is_taken(half, now):
    secret = post(half, "factors/totp/new").json["secret"]

    assert post(half, "factors/totp", {"code": "000000"}).status_code == 401
    assert post(half, "factors/totp", {"code": code(secret, now["is"])}).status_code == 200


def test_a_proof_of_nothing_is_told_to_begin_again(half):
    answer = post(half, "factors/totp", {"code": "123456"})

    assert answer.status_code == 409
    assert "重新开始" in answer.json["error"]


def test_a_secret_is_sealed_to_its_member_alone(app, ada, people):
    key = app.extensions["dengshao"].config.key("totp")
    with app.app_context():
        sealed = db.session.get_one(Member, people.first.id).totp_secret

    assert second._open(key, people.first.id, sealed) == ada.secret.replace(" ", "")
    with pytest.raises(InvalidTag):
        second._open(key, people.second.id, sealed)


def test_after_a_reset_the_member_sets_up_anew_and_the_codes_are_gone(app, ada, made, people):
    with app.app_context():
        second.reset(db.session, db.session.get_one(Member, people.first.id), by="管理员甲")
        db.session.commit()
    other = desk_client(app)

    assert ada.get("/desk/account/").location == "/desk/sign-in"
    assert sign_in(other, made).json["second"] == {"totp": False, "passkeys": 0}
    assert post(other, "second/recovery", {"code": ada.codes[0]}).status_code == 401
    assert audited(app)[-2] == ("factors_reset", "管理员甲", "member=ada")


def test_in_development_a_member_without_a_factor_is_let_in_and_one_with_it_is_asked(
    app, desk, made, now
):
    config = app.extensions["dengshao"].config
    object.__setattr__(config, "second_factor", type(config.second_factor).OPTIONAL)

    assert sign_in(desk, made).json["second"] is None
    secret = desk.send("/desk/sign-in/factors/totp/new").json["secret"]
    desk.send("/desk/sign-in/factors/totp", {"code": code(secret, now["is"])})
    other = desk_client(app)
    assert sign_in(other, made).json["second"] == {"totp": True, "passkeys": 0}

    proved(desk, now)
    assert desk.send("/desk/account/totp/remove").status_code == 200
    with app.app_context():
        member = db.session.query(Member).filter_by(name="ada").one()
        assert (member.totp_secret, member.recovery_codes) == (None, [])
    assert desk.send("/desk/account/recovery-codes").status_code == 409


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_requests_that_show_one_code_at_the_same_moment_one_is_let_in(app, ada, made, now, kind):
    shown = {"code": code(ada.secret, now["is"]) if kind == "code" else ada.codes[0]}
    browsers = [desk_client(app) for _ in range(4)]
    for browser in browsers:
        sign_in(browser, made)
    tokens = [browser.token() for browser in browsers]

    def show(browser, token):
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        address = f"/desk/sign-in/second/{kind}"
        return browser.post(address, json=shown, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(show, browsers, tokens))

    assert found == [200, 401, 401, 401]


CHANGES = {
    "another secret for one-time codes": ("/desk/sign-in/factors/totp", "totp"),
    "no one-time codes any more": ("/desk/account/totp/remove", None),
    "another set of recovery codes": ("/desk/account/recovery-codes", None),
    "a passkey": ("/desk/sign-in/factors/passkey", "passkey"),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHANGES)
def test_a_signed_in_session_changes_no_factor_without_the_old_one(app, ada, now, name):
    path, kind = CHANGES[name]
    before = factors_of(app)
    body = {"name": "x", "credential": {}}
    if kind == "totp":
        body = {"code": code(post(ada, "factors/totp/new").json["secret"], now["is"])}

    answer = ada.send(path, body)

    assert answer.status_code == 403
    assert "先核对" in answer.json["error"]
    assert factors_of(app) == before


def factors_of(app):
    with app.app_context():
        member = db.session.query(Member).filter_by(name="ada").one()
        return member.totp_secret, list(member.recovery_codes)


SHOWN = {
    "a one-time code": lambda ada, now: ("code", code(ada.secret, now["is"])),
    "a recovery code": lambda ada, now: ("recovery", ada.codes[2]),
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_old_factor_that_is_shown_lets_one_change_through(ada, now, name):
    assert 'id="new-codes"' not in ada.get("/desk/account/").text
    way, shown = SHOWN[name](ada, now)
    assert post_signed_in(ada, f"second/{way}", {"code": shown}).status_code == 200
    assert 'id="new-codes"' in ada.get("/desk/account/").text

    first = ada.send("/desk/account/recovery-codes")
    second_one = ada.send("/desk/account/recovery-codes")

    assert (first.status_code, second_one.status_code) == (200, 403)


def test_a_proof_is_good_for_five_minutes(ada, now):
    proved(ada, now)
    now["is"] += 299
    assert 'id="new-codes"' in ada.get("/desk/account/").text
    now["is"] += 1

    assert ada.send("/desk/account/recovery-codes").status_code == 403


def test_a_wrong_old_code_proves_nothing(ada, now):
    assert post_signed_in(ada, "second/code", {"code": "000000"}).status_code == 401

    assert ada.send("/desk/account/recovery-codes").status_code == 403


def post_signed_in(desk, path, body):
    return desk.send(f"/desk/sign-in/{path}", body)
