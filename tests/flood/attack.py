"""The flood, in a process of its own: sends as fast as it is answered, all from one network.

`python -m tests.flood.attack PORT SECONDS CONNECTIONS WAY` prints how often which status was
answered. The way is plain, calling (each tip that was stored calls for protection too), or replay,
which reads a sealed tip with its proof, as JSON.
"""

import json
import re
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlencode

from admin.sealing.payload import new_reference
from tests.bench.load import JSON, TOKEN, Connection, body

NETWORK = "127.0.1"
GROUP = re.compile(rb'class="receipt__group"[^>]*>(.*?)</li>')
NO_DIGIT = re.compile(rb"\D")
Step = Callable[[Connection], int]


def send_plain(connection: Connection) -> int:
    """Fetch a form and send it, as a program does that can't work for a proof."""
    status, page = connection.get("/tip/")
    if status == 200:
        status, page = connection.post("/tip/sent", body(TOKEN.search(page)[1]))
    return status


def send_calling(connection: Connection) -> int:
    """Send a tip, and press 我有危险 with the receipt that it got."""
    status, page = connection.get("/tip/")
    if status == 200:
        status, page = connection.post("/tip/sent", body(TOKEN.search(page)[1]))
    if status != 200:
        return status
    receipt = b" ".join(NO_DIGIT.sub(b"", one) for one in GROUP.findall(page)).decode()
    status, page = connection.post("/mailbox/", urlencode({"receipt": receipt}).encode())
    token = TOKEN.search(page)
    if status != 200 or token is None:
        return status
    fields = {"receipt": receipt, "token": token[1].decode(), "words": "", "confirm": "yes"}
    return connection.post("/mailbox/danger", urlencode(fields).encode())[0]


def replay(parcel: dict[str, str]) -> Step:
    """Send one solved proof again and again, each time under another receipt."""

    def step(connection: Connection) -> int:
        fresh = {"lookup": secrets.token_hex(16), "reference": new_reference()}
        status, _answer = connection.post(
            "/tip/sealed", json.dumps(parcel | fresh).encode(), kind=JSON
        )
        return status

    return step


def attack(step: Step, *, port: int, seconds: float, connections: int) -> Counter[str]:
    """Repeat `step` on so many connections; a connection that is refused is tried again."""
    counts: Counter[str] = Counter()
    lock = threading.Lock()
    deadline = time.monotonic() + seconds

    def work(number: int) -> None:
        source = f"{NETWORK}.{number + 1}"
        with closing(Connection("127.0.0.1", port, source)) as connection:
            while time.monotonic() < deadline:
                result = _answer(step, connection)
                with lock:
                    counts[result] += 1

    threads = [threading.Thread(target=work, args=[number]) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


def _answer(step: Step, connection: Connection) -> str:
    try:
        return str(step(connection))
    except OSError:
        return "lost"


def main() -> None:
    port, seconds, connections = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    way, parcel = sys.argv[4], sys.stdin.read()
    plain = {"plain": send_plain, "calling": send_calling}
    step = plain[way] if way in plain else replay(json.loads(parcel))
    counts = attack(step, port=port, seconds=seconds, connections=connections)
    print(json.dumps(counts))  # noqa: T201 (read by run.py)


if __name__ == "__main__":
    main()
