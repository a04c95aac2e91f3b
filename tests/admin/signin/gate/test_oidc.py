"""The gate by OpenID Connect: what a provider may say, and every lie that is refused."""

import json
import time
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from admin.app_state import app_state
from tests.oidc_provider import SECRET
from tests.support import desk_client

from .conftest import lines, pass_gate, path_of, press, way_of


def test_who_passes_sees_the_sign_in_page_and_nothing_more(app, desk, provider):
    assert desk.get("/desk/sign-in").location == "/desk/gate/"

    page = pass_gate(desk, provider)

    assert page.status_code == 200
    assert 'content="0; url=/desk/sign-in"' in page.text
    assert "zhang.san" in desk.get("/desk/sign-in").text
    assert desk.get("/desk/account/").location == "/desk/sign-in"
    assert desk.ask("/desk/keyring.json").status_code == 401
    assert desk.send("/desk/sign-in", {"name": "ada", "auth": "00" * 32}).status_code == 401
    assert lines(app) == []


def claim(name, value):
    def change(claims, _header):
        claims[name] = value(claims) if callable(value) else value
        if claims[name] is None:
            del claims[name]

    return change


def unsigned(claims):
    parts = ({"alg": "none"}, claims)
    rows = [urlsafe_b64encode(json.dumps(row).encode()).rstrip(b"=").decode() for row in parts]
    return f"{rows[0]}.{rows[1]}."


def by_shared_secret(claims):
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "=")))


def by_another_key(claims):
    other = ECKey.generate_key("P-256", {"kid": "first"})
    return jwt.encode({"alg": "ES256", "kid": "first"}, claims, other)


def by_unknown_key(claims):
    other = ECKey.generate_key("P-256", {"kid": "second"})
    return jwt.encode({"alg": "ES256", "kid": "second"}, claims, other)


LIES = {
    "another issuer": (claim("iss", "https://evil.example"), None, "iss"),
    "no issuer": (claim("iss", None), None, "iss"),
    "for another system": (claim("aud", "payroll"), None, "aud"),
    "for several, and not said for whom": (claim("aud", ["dengshao", "payroll"]), None, "azp"),
    "handed to another system": (claim("azp", "payroll"), None, "azp"),
    "the answer to another question": (claim("nonce", "n" * 43), None, "nonce"),
    "the answer to none": (claim("nonce", None), None, "nonce"),
    "run out": (claim("exp", lambda _: int(time.time()) - 120), None, "exp"),
    "never to run out": (claim("exp", None), None, "exp"),
    "from tomorrow": (claim("iat", lambda _: int(time.time()) + 86_400), None, "iat"),
    "about nobody": (claim("sub", ""), None, None),
    "not signed": (None, unsigned, "signature"),
    "signed with the shared secret": (None, by_shared_secret, "signature"),
    "signed by another key": (None, by_another_key, "signature"),
    "signed by a key that nobody knows": (None, by_unknown_key, "signature"),
    "no token": (None, lambda _claims: "x", "signature"),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.table
def test_a_false_answer_lets_nobody_pass_and_the_auditor_learns_which(app, desk, provider, lie):
    provider.spoil, provider.sign, code = LIES[lie]

    page = pass_gate(desk, provider)

    assert page.status_code == 403
    assert "没有认出您" in page.text
    assert desk.get("/desk/sign-in").location == "/desk/gate/"
    assert [row[:2] for row in lines(app)] == [("gate_refused", "-")]
    assert code is None or lines(app)[0][2] == f"gate_{code}"


def other_state(address):
    return address.replace("state=", "state=x")


def other_code(address):
    return address.replace("code=", "code=x")


def other_provider(address):
    return f"{address}&iss=https%3A%2F%2Fevil.example"


def said_no(address):
    return f"{address}&error=access_denied"


@pytest.mark.parametrize(
    ("change", "code"),
    [(other_state, "state"), (other_code, "code"), (other_provider, "iss"), (said_no, "denied")],
)
@pytest.mark.table
def test_a_way_back_that_was_changed_leads_nowhere(app, desk, provider, change, code):
    page = desk.get(path_of(change(provider.log_in(way_of(desk)))))

    assert page.status_code == 403
    assert lines(app) == [("gate_refused", "-", f"gate_{code}")]
    assert desk.get("/desk/sign-in").location == "/desk/gate/"


@pytest.mark.table
def test_a_way_back_is_good_once_and_in_one_browser(app, desk, provider):
    back = path_of(provider.log_in(way_of(desk)))

    assert desk_client(app).get(back).status_code == 403
    assert desk.get(back).status_code == 200
    assert desk.get(back).status_code == 403


@pytest.mark.table
def test_a_code_of_somebody_else_is_of_no_use_in_ones_own_try(app, desk, provider):
    """Whoever stole a code puts it into a way back of their own: the verifier is not theirs."""
    stolen = provider.log_in(way_of(desk_client(app)))
    own = provider.log_in(way_of(desk))
    code = stolen[stolen.index("code=") : stolen.index("&state")]

    page = desk.get(path_of(f"{own[: own.index('?')]}?{code}&{own[own.index('state=') :]}"))

    assert page.status_code == 403
    assert lines(app) == [("gate_refused", "-", "gate_code")]


@pytest.mark.table
def test_no_address_that_comes_along_is_ever_led_to(desk, provider):
    back = path_of(provider.log_in(way_of(desk)))

    page = desk.get(f"{back}&next=https://evil.example/&url=//evil.example")

    assert page.status_code == 200
    assert "evil.example" not in page.text
    assert page.location is None


@pytest.mark.table
def test_the_way_there_is_the_providers_alone_and_no_form_may_leave_the_desk(desk, provider):
    page = press(desk, "/desk/gate/way")

    assert f'href="{provider.issuer}/authorize?' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert provider.issuer not in page.headers["Content-Security-Policy"]
    assert desk.post("/desk/gate/way").status_code == 400


@pytest.mark.table
def test_cookies_hold_no_token_and_the_mark_goes_with_the_sign_in(
    app, desk, provider, people, made
):
    tried = press(desk, "/desk/gate/way").headers.getlist("Set-Cookie")
    passed = pass_gate(desk, provider).headers.getlist("Set-Cookie")

    way = next(one for one in tried if one.startswith("gate-try="))
    mark = next(one for one in passed if one.startswith("gate="))
    assert all(part in way for part in ("SameSite=Lax", "HttpOnly", "Max-Age=600", "/desk/"))
    assert all(part in mark for part in ("SameSite=Strict", "HttpOnly", "Max-Age=600", "/desk/"))
    assert not any("never read" in one or "eyJ" in one for one in passed)
    # From another site: the desk's own cookie is neither read nor made anew.
    assert not any(one.startswith("desk=") for one in passed)


@pytest.mark.table
def test_a_mark_is_old_after_ten_minutes(desk, provider, monkeypatch):
    pass_gate(desk, provider)
    assert desk.get("/desk/sign-in").status_code == 200

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 601)

    assert desk.get("/desk/sign-in").location == "/desk/gate/"


BAD_METADATA = {
    "it calls itself otherwise": {"issuer": "https://evil.example"},
    "the token comes from elsewhere": {"token_endpoint": "https://evil.example/token"},
    "the keys come from elsewhere": {"jwks_uri": "https://evil.example/jwks"},
    "the way there is in clear": {"authorization_endpoint": "http://evil.example/"},
    "it names no place": {"authorization_endpoint": ""},
}


@pytest.mark.parametrize("said", BAD_METADATA.values(), ids=BAD_METADATA)
@pytest.mark.table
def test_a_provider_that_says_odd_things_of_itself_is_down(app, desk, provider, said):
    provider.said = said

    page = press(desk, "/desk/gate/way")

    assert page.status_code == 503
    assert "没有应答" in page.text
    assert [row[0] for row in lines(app)] == ["gate_down"]


@pytest.mark.table
def test_a_certificate_of_another_authority_is_not_trusted(app, config, desk, provider, tmp_path):
    from admin.signin.gate.https import trusting
    from admin.signin.gate.keeper import NAME

    app.extensions[NAME].provider._context = trusting(None)

    assert press(desk, "/desk/gate/way").status_code == 503
    assert lines(app) == [("gate_down", "-", "gate_certificate")]


@pytest.mark.table
def test_new_keys_of_the_provider_are_asked_for_once_and_false_ones_cost_no_request(
    app, desk, provider, monkeypatch
):
    pass_gate(desk, provider)
    old, provider.key = provider.key, ECKey.generate_key("P-256", {"use": "sig", "kid": "second"})
    provider.spoil = lambda _claims, header: header.update(kid="second")
    try:
        asked = provider.asked.count("/county/jwks")
        assert pass_gate(desk, provider).status_code == 403
        assert provider.asked.count("/county/jwks") == asked
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 61)
        assert pass_gate(desk, provider).status_code == 200
        assert provider.asked.count("/county/jwks") == asked + 1
    finally:
        provider.key = old


@pytest.mark.table
def test_a_stranger_makes_the_server_ask_only_so_often(app, desk, provider):
    from admin.signin.gate.keeper import NAME

    app.extensions[NAME].asking = type(app.extensions[NAME].asking)(per_second=0, burst=2)

    answers = [press(desk, "/desk/gate/way").status_code for _ in range(4)]

    assert answers == [200, 200, 429, 429]


@pytest.mark.table
def test_the_name_of_the_client_and_its_secret_stand_in_no_print_of_the_settings(app):
    with app.app_context():
        assert SECRET not in repr(app_state().config)
