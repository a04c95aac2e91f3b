"""What one of two real servers does is known to the other: sign-ins, suspensions, keys, words."""

import json
import os
import re
import shutil
import time
from types import SimpleNamespace

import pytest
import yaml

from admin.config import ROOT
from admin.district.reloading import ask_to_reread
from admin.keys import issuing
from admin.sealing.member import sign_in_secret
from tests.admin.staff import PASSPHRASE, READER, made
from tests.forked import Forked
from tests.http_client import HttpClient
from tests.ports import free_port

__all__ = ["made"]
NODE = "tests.admin.serving.serving_node"
SECONDS = 20
OLD_WORD, NEW_WORD = "最近一个月", "近三十天"
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


class Browser:
    """One member's browser, which nginx leads to whichever node it likes."""

    def __init__(self):
        self._cookie = ""

    def ask(self, node, path, body=None, kind="application/json"):
        headers = {"Accept": "application/json", "Content-Type": kind, "Cookie": self._cookie}
        if body is not None:
            headers["X-CSRFToken"] = _TOKEN.search(self.ask(node, path).text)[1]
            headers["Cookie"] = self._cookie
        answer = node.desk._open(path, body, kind, headers)
        if told := answer.headers.get("Set-Cookie"):
            self._cookie = told.partition(";")[0]
        return answer

    def sign_in(self, node, name, keys):
        salt = self.ask(node, f"/desk/sign-in/salt?name={name}").json["salt"]
        auth = sign_in_secret(PASSPHRASE, keys.code, bytes.fromhex(salt)).hex()
        body = json.dumps({"name": name, "auth": auth}).encode()
        assert self.ask(node, "/desk/sign-in", body).status_code == 200

    def is_in(self, node):
        return self.ask(node, "/desk/account/").status_code == 200


@pytest.fixture
def only_postgresql(database):
    """No two nodes serve from a file."""
    if database == "sqlite":
        pytest.skip("one node alone")


@pytest.fixture
def environ(only_postgresql, environ, tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return environ | {"DENGSHAO_CONTENT": str(tmp_path / "content")}


@pytest.fixture
def nodes(environ, config, tmp_path):
    """Two servers: one database, one secret, one content; a folder of data for each."""
    found = []
    for name in ("one", "other"):
        data, port = tmp_path / name, free_port()
        shutil.copytree(config.data, data)
        hosts = {"DENGSHAO_PUBLIC_HOST": "tip.test", "DENGSHAO_DESK_HOST": "desk.test"}
        own = {"DENGSHAO_DATA": str(data), "DENGSHAO_BIND": f"127.0.0.1:{port}", **hosts}
        process = Forked(NODE, str(port), env=os.environ | environ | own)
        public, desk = (HttpClient(port, host) for host in hosts.values())
        found.append(SimpleNamespace(data=data, process=process, public=public, desk=desk))
    yield found
    for node in found:
        node.process.kill()
        node.process.wait(SECONDS)


def until(is_so):
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if is_so():
                return
        except ConnectionRefusedError:
            # Its server is not up yet.
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_open(node):
    """Tell whether a node's form seals tips to the unit."""
    return bool(json.loads(node.public.get("/tip/routes.json").text)["units"]["police"]["key"])


def test_what_happens_at_one_node_holds_at_the_other_at_once(
    app, units, made, nodes, session, tmp_path
):
    one, other = nodes
    ada = issuing.add_member(session, made[0], name="ada", unit_id="police", roles=READER)
    issuing.add_member(session, made[1], name="bo", unit_id="police", roles=READER)
    issuing.add_member(session, made[2], name="root", unit_id=None, roles=["administrator"])
    session.commit()
    path = f"/desk/admin/suspend/{ada.id}"
    session.rollback()
    for node in nodes:
        until(lambda node=node: is_open(node))

    her, root = Browser(), Browser()
    her.sign_in(one, "ada", made[0])
    root.sign_in(other, "root", made[2])
    assert her.is_in(other)
    assert root.is_in(one)

    form = "application/x-www-form-urlencoded"
    assert root.ask(other, path, b"sure=y&why=left", form).status_code == 303
    assert not her.is_in(one)
    assert not her.is_in(other)

    words = yaml.safe_load((one.data / "keys.yml").read_text())
    words["items"] = [row for row in words["items"] if row["id"] != "police"]
    for node in nodes:
        (node.data / "keys.yml").write_text(yaml.safe_dump(words))
    for node in nodes:
        until(lambda node=node: not is_open(node))

    choices = tmp_path / "content" / "data" / "choices.yml"
    choices.write_text(choices.read_text().replace(OLD_WORD, NEW_WORD))
    assert OLD_WORD in one.public.get("/tip/").text
    for node in nodes:
        ask_to_reread(node.data)
    for node in nodes:
        until(lambda node=node: NEW_WORD in node.public.get("/tip/").text)
