"""`dengshao serve` as an operator meets it: fills the demo once, says where it runs, stops."""

import json
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from admin.config import ROOT
from tests.ports import free_port

from .served import DENGSHAO, start


def said_by(served):
    """What a server has written, but for a signal's own trouble.

    One that comes while gunicorn closes the pipe by which signals wake it is told by Python as an
    OSError there: no request is lost by it.
    """
    lines = served.log.read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if "/signal.py:" not in line)


def test_it_starts_again_quickly_keeps_its_data_and_ends_every_process(
    tmp_path, bundles, site_folder
):
    first = start(tmp_path, bundles=bundles, site=site_folder)
    members = first.members()
    assert set(members) == {
        *("admin", "police-1", "police-2", "drugs-1", "trade-1", "supervision-1", "upper-1"),
        *("dispatch-1", "practice-1", "auditor-1", "counter-1"),
    }
    assert len(first.group()) >= 3
    for pid in first.group():
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits), pid
    for name in ("demo.json", "secret", "dengshao.sqlite3"):
        assert stat.S_IMODE((first.data / name).stat().st_mode) == 0o600, name
    assert first.stop(signal.SIGINT) == 0
    assert first.group() == []

    second = start(tmp_path, bundles=bundles, site=site_folder)
    try:
        assert second.members() == members
        log = second.log.read_text("utf-8")
        assert log.count("条演示线索") == 1
    finally:
        second.stop()


def start_on(demo_store, folder, bundles, site):
    """Start a server on a copy of what the demo has filled."""
    parts = {"bundles": bundles, "site": site, "store": demo_store[0]}
    return start(folder, arguments=["serve"], **parts)


HOSTILE = [
    b"CANARY-7 not http at all\r\n\r\n",
    b"GET /tip/?CANARY-7 HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nCANARY-7 : x\r\n\r\n",
    b"POST /tip/sent HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CANARY-7\r\n\r\n",
    b"POST /tip/sent HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nwhat=CANARY-7",
]


def test_a_request_that_is_not_http_leaves_neither_its_words_nor_an_address_in_the_log(
    tmp_path, demo_store, bundles, site_folder
):
    served = start_on(demo_store, tmp_path, bundles, site_folder)
    host, port = served.config.bind.split(":")
    try:
        told = served.log.read_text("utf-8")
        for request in HOSTILE:
            with socket.create_connection((host, int(port)), timeout=60) as connection:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(60)
                while connection.recv(65536):
                    pass
    finally:
        served.stop()

    since = served.log.read_text("utf-8").removeprefix(told)
    assert "refused a request that is not HTTP" in since
    assert "CANARY-7" not in since
    assert host not in since


def test_connections_that_say_nothing_hold_up_neither_answers_nor_a_stop(
    tmp_path, demo_store, bundles, site_folder
):
    served = start_on(demo_store, tmp_path, bundles, site_folder)
    told = served.log.read_text("utf-8")
    host, _, port = served.config.bind.partition(":")
    # Both processes have answered once, and read their templates.
    for _ in range(12):
        urllib.request.urlopen(f"{served.public}/tip/", timeout=60).close()
    # More than there are threads: a browser's spare connections would look the same.
    silent = [socket.create_connection((host, int(port)), timeout=60) for _ in range(40)]
    try:
        with urllib.request.urlopen(f"{served.public}/tip/", timeout=4) as answer:
            assert answer.status == 200
        assert served.stop() == 0
    finally:
        served.stop(signal.SIGKILL)
        for connection in silent:
            connection.close()

    # gunicorn tells of each worker that it had to kill.
    assert said_by(served) == told


STOPPED = [
    b"POST /tip/sent HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 4000\r\n\r\nwhat=CANARY-7",
    b"POST /mailbox/thread HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
    b'Content-Length: 4000\r\n\r\n{"lookup": "CANARY-7',
    b"POST /mailbox/thread HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n400\r\nCANARY-7",
    b"POST /mailbox/ HTTP/1.1\r\nHost: {}\r\nX-Half-A-Header: CANARY-7",
]


def test_senders_that_stop_within_a_body_keep_nobody_waiting_for_ever(
    tmp_path, demo_store, bundles, site_folder, monkeypatch
):
    monkeypatch.setenv("PATIENCE", "0.5")
    shutil.copytree(demo_store[0], tmp_path / "data")
    served = start(
        tmp_path,
        bundles=bundles,
        site=site_folder,
        command=[sys.executable, str(Path(__file__).with_name("impatient_server.py"))],
        arguments=["serve"],
    )
    told = served.log.read_text("utf-8")
    host, _, port = served.config.bind.partition(":")
    # More than there are threads, of every kind.
    stopped = [socket.create_connection((host, int(port)), timeout=60) for _ in range(40)]
    try:
        for number, connection in enumerate(stopped):
            request = STOPPED[number % len(STOPPED)]
            connection.sendall(request.replace(b"{}", served.config.public_host.encode()))
        with urllib.request.urlopen(f"{served.public}/mailbox/", timeout=60) as answer:
            assert answer.status == 200
        # Each is told, or at least let go; none is left holding a thread.
        for connection in stopped:
            while connection.recv(65536):
                pass
        assert served.stop() == 0
    finally:
        served.stop(signal.SIGKILL)
        for connection in stopped:
            connection.close()

    assert said_by(served) == told


DRIPPING = [
    b"POST /tip/sent HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 200000\r\n\r\nwhat=",
    b"POST /mailbox/thread HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n10000\r\n",
    b"GET /tip/ HTTP/1.1\r\nHost: {}\r\nX-Never-Ends: ",
    # The next request of a connection that has just been answered, sent with the one before.
    b"GET /tip/ HTTP/1.1\r\nHost: {}\r\n\r\nGET /tip/ HTTP/1.1\r\nX-Never-Ends: ",
]


def test_two_hundred_senders_that_drip_hold_up_nobody(tmp_path, demo_store, bundles, site_folder):
    shutil.copytree(demo_store[0], tmp_path / "data")
    served = start(tmp_path, bundles=bundles, site=site_folder, arguments=["serve"])
    host, _, port = served.config.bind.partition(":")
    dripping = [socket.create_connection((host, int(port)), timeout=60) for _ in range(200)]
    try:
        for number, connection in enumerate(dripping):
            begun = DRIPPING[number % len(DRIPPING)]
            connection.sendall(begun.replace(b"{}", served.config.public_host.encode()))
        for _ in range(20):
            for connection in dripping:
                connection.sendall(b"a")
            # None of them ever ends its request: a thread that waited for one would be lost.
            with urllib.request.urlopen(f"{served.public}/tip/", timeout=60) as answer:
                assert answer.status == 200
        served.stop(signal.SIGTERM)
    finally:
        served.stop(signal.SIGKILL)
        for connection in dripping:
            connection.close()


def test_readers_that_take_nothing_of_a_long_answer_hold_up_nobody(
    tmp_path, demo_store, bundles, site_folder
):
    folder = tmp_path / "bundles"
    shutil.copytree(bundles, folder)
    (folder / "long.js").write_bytes(b"/" * 16 * 1024 * 1024)
    served = start_on(demo_store, tmp_path, folder, site_folder)
    host, _, port = served.config.bind.partition(":")
    readers = []
    try:
        for _ in range(12):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(60)
            reader.connect((host, int(port)))
            ask = f"GET /app/long.js HTTP/1.1\r\nHost: {served.config.public_host}\r\n\r\n"
            reader.sendall(ask.encode())
            readers.append(reader)
        for _ in range(20):
            # Each of them holds a thread, and more of them than are called at once.
            with urllib.request.urlopen(f"{served.public}/tip/", timeout=60) as answer:
                assert answer.status == 200
        assert all(reader.recv(12) == b"HTTP/1.1 200" for reader in readers)
    finally:
        served.stop(signal.SIGKILL)
        for reader in readers:
            reader.close()


def test_a_second_start_on_the_same_folder_says_where_the_first_one_runs(
    tmp_path, demo_store, bundles, site_folder
):
    served = start_on(demo_store, tmp_path, bundles, site_folder)
    try:
        again = subprocess.run(
            [DENGSHAO, "serve"],
            env={"DENGSHAO_DATA": str(served.data), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        served.stop()

    assert again.returncode == 1
    assert f"http://{served.config.bind}/" in again.stderr


def test_production_refuses_the_demos_keys_and_a_missing_secret(tmp_path, demo_store):
    environ = {
        "PATH": "/usr/bin:/bin",
        "DENGSHAO_ENV": "production",
        "DENGSHAO_DATA": str(shutil.copytree(demo_store[0], tmp_path / "data")),
        "DENGSHAO_PUBLIC_HOST": "tips.example",
        "DENGSHAO_DESK_HOST": "desk.example",
    }
    refused = {
        "demo": environ,
        "dengshao secret": {**environ, "DENGSHAO_SECRET_FILE": str(tmp_path / "none")},
        "two different hosts": {**environ, "DENGSHAO_DESK_HOST": "tips.example"},
        # Cookies know no port.
        "name two different": {**environ, "DENGSHAO_DESK_HOST": "tips.example:8443"},
    }
    for sentence, changed in refused.items():
        answer = subprocess.run(
            [DENGSHAO, "serve"], env=changed, capture_output=True, text=True, timeout=60
        )
        assert answer.returncode != 0, sentence
        assert sentence in answer.stderr, answer.stderr
        assert "Traceback" not in answer.stderr


def production(folder, **more):
    """Give the environment of a production installation, and the sentence of its start."""
    (folder / "proc").mkdir()
    (folder / "proc" / "swaps").write_text("Filename Type Size Used Priority\n/dev/sdz9 - 1 0 -2\n")
    (folder / "secret").write_text("ab" * 32)
    port = free_port()
    environ = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "SWAP_ROOT": str(folder),
        "DENGSHAO_ENV": "production",
        "DENGSHAO_BIND": f"127.0.0.1:{port}",
        "DENGSHAO_DATA": str(folder / "data"),
        "DENGSHAO_SECRET_FILE": str(folder / "secret"),
        "DENGSHAO_PUBLIC_HOST": f"127.0.0.1:{port}",
        "DENGSHAO_DESK_HOST": f"localhost:{port}",
    }
    subprocess.run([DENGSHAO, "migrate"], env=environ, check=True, capture_output=True, timeout=60)
    return environ | more


SWAPPING = [sys.executable, str(Path(__file__).with_name("swapping_server.py")), "serve"]


def test_production_refuses_to_start_where_memory_may_reach_a_disk_in_clear(tmp_path):
    environ = production(tmp_path)
    refused = subprocess.run(SWAPPING, env=environ, capture_output=True, text=True, timeout=60)

    assert refused.returncode == 1
    assert "swap is not encrypted (/dev/sdz9)" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "https://" not in refused.stdout


def test_production_starts_there_where_the_operator_accepts_it(tmp_path):
    environ = production(tmp_path, DENGSHAO_ALLOW_SWAP="yes")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(SWAPPING, env=environ, stdout=log, stderr=log)
    try:
        answer = get_when_up(f"http://{environ['DENGSHAO_BIND']}/mailbox/", process)
    finally:
        process.terminate()
        process.wait(30)

    assert answer.status == 200
    assert "https://" in (tmp_path / "log").read_text("utf-8")


def get_when_up(address, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_the_demo_file_holds_what_the_contract_says(demo_store):
    rows = json.loads((demo_store[0] / "demo.json").read_text("utf-8"))

    assert all(set(row) == {"name", "passphrase", "code", "unit", "roles"} for row in rows)
