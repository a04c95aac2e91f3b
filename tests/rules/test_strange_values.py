"""Values that one database takes and another refuses are nobody's server error."""

import json
import re

import pytest

from admin.db.logins import is_desk_path
from tests.fuzz.by_hand_json import NAMES
from tests.fuzz.strategies import FIELDS

STRANGE = ["\x00", "a\x00b", "\ud800", "9" * 400, "\U0010ffff" * 50]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: ascii(value[:4]))
def test_no_address_answers_a_strange_value_with_a_servers_error(app, units, config, value):
    app.testing = False
    client = app.test_client()
    spelt = "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))
    query = "&".join(f"{name}={spelt}" for name in (*FIELDS, "after"))
    bodies = {FORM: query, "application/json": json.dumps(dict.fromkeys(NAMES, value))}
    tried = 0
    for rule in app.url_map.iter_rules():
        address = re.sub("<[^>]*>", spelt, rule.rule)
        host = config.desk_host if is_desk_path(address) else config.public_host
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            for kind, body in bodies.items():
                page = client.open(
                    f"{address}?{query}",
                    method=method,
                    data=body if method == "POST" else None,
                    content_type=kind,
                    headers={"Host": host},
                )
                assert page.status_code < 500, (method, address, kind)
                tried += 1
    assert tried > 60
