"""Slow senders of parts hold neither the form nor each other up, in a real server."""

import json
import select
import shutil
import socket
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from admin.intake.challenge import Challenges
from admin.intake.js_api.part_room import FAIR_SECONDS, PLACES
from admin.sealing.padme import MIB
from tests.bench.sealed import solved
from tests.http_client import HttpClient
from tests.uploads import OCTETS, SealedFile, Uploader

from .served import start

SERVER = [sys.executable, str(Path(__file__).with_name("impatient_server.py"))]


@pytest.fixture(scope="module")
def file():
    return SealedFile.of(3 * MIB)


@pytest.fixture
def served(tmp_path, demo_store, bundles, site_folder, monkeypatch):
    shutil.copytree(demo_store[0], tmp_path / "data")
    monkeypatch.setenv("PATIENCE", "60")
    monkeypatch.setenv("LATER", str(tmp_path / "later"))
    arguments = ["serve", "--workers", "1"]
    running = start(
        tmp_path, bundles=bundles, site=site_folder, arguments=arguments, command=SERVER
    )
    yield running
    running.stop()


@pytest.fixture
def uploader(served):
    challenges = Challenges(served.config.key("challenge"))
    port = int(served.config.bind.rpartition(":")[2])
    return Uploader(HttpClient(port), lambda: solved(challenges.new(1)))


def begin(uploader, ticket, data):
    """Send a part's first half and stop, the line open."""
    line = socket.create_connection(("127.0.0.1", uploader.client.port), timeout=30)
    head = (
        f"POST /tip/files/part HTTP/1.1\r\nHost: 127.0.0.1:{uploader.client.port}\r\n"
        f"Content-Type: {OCTETS}\r\nContent-Length: {len(data)}\r\n"
        f"Dengshao-Ticket: {ticket}\r\nDengshao-Part: 0\r\n"
        f"Dengshao-Digest: {sha256(data).hexdigest()}\r\n\r\n"
    )
    line.sendall(head.encode() + data[: len(data) // 2])
    return line


def answer_of(line):
    received = b""
    while piece := line.recv(65536):
        received += piece
        if b"}" in received:
            break
    return json.loads(received.partition(b"\r\n\r\n")[2])


def fill_places(uploader, tickets, data):
    """Send slowly with each ticket but the last until the last finds every place taken.

    Each look takes a place for a moment itself: who is turned away meanwhile begins once more.
    """
    *slow, one_more = tickets
    lines = [begin(uploader, ticket, data) for ticket in slow]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        answer = uploader.part(one_more, 0, data)
        if answer.status_code == 503:
            return lines, answer
        for line in select.select(lines, [], [], 0.02)[0]:
            line.close()
            number = lines.index(line)
            lines[number] = begin(uploader, slow[number], data)
    for line in lines:
        line.close()
    raise AssertionError("never busy")


def test_where_all_places_are_taken_the_form_is_served_and_the_slowest_gives_way(
    served, uploader, file, tmp_path
):
    data = file.parts[0]
    tickets = [uploader.ticket(len(file.data)) for _ in range(PLACES + 1)]

    lines, refused = fill_places(uploader, tickets, data)
    assert refused.json == {"error": "busy"}
    assert uploader.client.get("/tip/").status_code == 200
    assert uploader.client.post("/tip/challenge", json={}).status_code == 200

    (tmp_path / "later").write_text(str(FAIR_SECONDS))
    assert uploader.part(tickets[PLACES], 0, data).json == {"next": 1, "whole": False}
    # One of the slow ones was sent away; each of the others goes on, and is taken.
    told = []
    for line in lines:
        try:
            line.sendall(data[len(data) // 2 :])
            told.append(answer_of(line))
        except (OSError, ValueError):
            told.append(None)
        line.close()
    assert told.count({"next": 1, "whole": False}) == PLACES - 1
    lost = next(number for number, one in enumerate(told) if one != {"next": 1, "whole": False})
    assert uploader.next(tickets[lost]).json["next"] == 0
    assert uploader.part(tickets[lost], 0, data).json["next"] == 1
    assert served.stop() == 0
    assert "Traceback" not in served.log.read_text("utf-8")
