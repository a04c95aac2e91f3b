"""The people in the flood: each sends one tip, with a browser that runs scripts or without."""

import json
import time
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

from admin.sealing import age, payload, receipt
from tests.bench.load import JSON, TOKEN, Connection, body
from tests.bench.place import Place

from .attack import GROUP, NETWORK, NO_DIGIT

UNIT = "police"


@dataclass(frozen=True)
class Sent:
    """What a person was answered: the receipt's lookup, and how long the server took."""

    way: str
    status: int
    lookup: bytes = b""
    seconds: float = 0.0


def send_plain(place: Place, site_id: str, number: int) -> Sent:
    """Fill in the form without scripts, from a network of one's own."""
    with closing(Connection("127.0.0.1", place.port, f"127.0.{number + 2}.1")) as connection:
        started = time.perf_counter()
        status, page = connection.get("/tip/")
        if status == 200:
            status, page = connection.post("/tip/sent", body(TOKEN.search(page)[1]))
        seconds = time.perf_counter() - started
    if status != 200:
        return Sent("plain", status)
    groups = b" ".join(NO_DIGIT.sub(b"", one) for one in GROUP.findall(page)).decode()
    keys = receipt.derive(receipt.check(groups), site_id)
    return Sent("plain", status, keys.lookup, seconds)


def send_sealed(place: Place, site_id: str, number: int) -> Sent:
    """Send as a browser with scripts does, from the very network that the flood comes from."""
    keys = receipt.derive(receipt.new_digits(), site_id)
    with closing(Connection("127.0.0.1", place.port, f"{NETWORK}.{number + 200}")) as connection:
        started = time.perf_counter()
        challenge = fetch_challenge(connection)
        seconds = time.perf_counter() - started
        data = json.dumps(parcel(place, keys, solve(challenge))).encode()
        started = time.perf_counter()
        status, _answer = connection.post("/tip/sealed", data, kind=JSON)
        seconds += time.perf_counter() - started
    return Sent("sealed", status, keys.lookup, seconds)


def fetch_challenge(connection: Connection) -> dict[str, str | int]:
    status, answer = connection.post("/tip/challenge", b"{}", kind=JSON)
    assert status == 200, status
    return json.loads(answer)


def solve(challenge: dict[str, str | int]) -> str:
    """Do the work of a challenge; gives the proof as the browser sends it."""
    salt, wanted = challenge["salt"].encode(), challenge["challenge"]
    for number in range(challenge["maxnumber"] + 1):
        if sha256(salt + str(number).encode()).hexdigest() == wanted:
            names = ("algorithm", "challenge", "salt", "signature")
            proof = {name: challenge[name] for name in names} | {"number": number}
            return b64encode(json.dumps(proof).encode()).decode()
    raise AssertionError("a challenge without an answer")


def parcel(place: Place, keys: receipt.ReceiptKeys, proof: str) -> dict[str, str]:
    """Seal a tip as the browser does."""
    unit = place.identities[UNIT].recipient
    reference = payload.new_reference()
    fields = {"category": "A4", "what": "有人在桥头拦车收钱", "place": "村口桥头"}
    tip = payload.Tip(reference, fields, str(keys.identity.recipient), keys.talk)
    label = payload.Label("A4", "hekou")
    return {
        "lookup": keys.lookup.hex(),
        "reference": reference,
        "unit": UNIT,
        "urgency": "P3",
        "label": b64encode(age.seal(label.to_bytes(), [unit])).decode(),
        # The second one stands for the recovery key, which nobody uses here.
        "sealed": b64encode(age.seal(tip.to_bytes(), [unit, unit])).decode(),
        "proof": proof,
        "website": "",
    }
