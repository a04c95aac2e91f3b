"""Sessions are the desk's alone: a public page reads no cookie and can set none."""

import pytest
from flask import session

PUBLIC = ["/tip/", "/en/tip/", "/mailbox/", "/keys.json", "/desks", "/"]


def cookie(app):
    return app.session_interface.get_signing_serializer(app).dumps({"member": 1})


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_has_no_session_though_a_cookie_is_sent(app, path):
    with app.test_request_context(path, headers={"Cookie": f"desk={cookie(app)}"}):
        assert dict(session) == {}
        with pytest.raises(RuntimeError):
            session["kept"] = 1


def test_the_desk_has_one(app):
    with app.test_request_context("/desk/", headers={"Cookie": f"desk={cookie(app)}"}):
        assert dict(session) == {"member": 1}
