"""What a member's browser does when it passes a tip on, in Python: for tests without it."""

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from admin.sealing import age
from admin.sealing.age import seal
from admin.sealing.marks import unit_mark

TALK = b"t" * 32


def opened(sealed, unit):
    return age.open_sealed(b64decode(sealed), [unit.identity])


def sealed_for(data, *units):
    """Seal to units, the recovery key of each besides; in base64."""
    readers = [key.recipient for unit in units for key in (unit.identity, unit.recovery)]
    return b64encode(seal(data, readers)).decode()


def content_mac(reference, parts, talk=TALK):
    """MAC what was opened, as member.js does: `parts` by name."""
    lines = sorted(f"{name} {sha256(data).hexdigest()}\n" for name, data in parts.items())
    key = HKDF(SHA256(), 32, None, b"moved").derive(talk)
    return hmac.digest(key, f"{reference}\n{''.join(lines)}".encode(), "sha256").hex()


def parts_of(bundle, unit):
    """Open all of a bundle but the label, by the names under which it is MACed."""
    parts = {"tip": opened(bundle["sealed"], unit)}
    for kind in ("message", "note"):
        files = bundle[f"{kind}s"]
        parts |= {f"{kind} {number}": opened(files[number], unit) for number in files}
    return parts


class Passer:
    """A member's browser, with the secrets of all units: what it may do with them is its own."""

    def __init__(self, secrets, keys):
        self.secrets, self.keys = secrets, keys

    def packed(self, desk, tip, to, reason="misfiled", note=None, **more):
        """Read a tip as `desk` and seal it for the unit `to`; gives what is posted."""
        desk.post(tip, "clear")
        bundle = desk.get(f"/desk/tips/{tip.reference}/transfer.json").json
        own, other = self.secrets[desk.staff.unit_id], self.secrets[to]
        parts, number = parts_of(bundle, own), str(len(bundle["notes"]) + 1)
        written = note and {
            "number": number,
            "sealed": sealed_for(note, other),
            "own": sealed_for(note, own),
        }
        mac_parts = parts | ({f"note {number}": note} if note else {})
        again = {
            kind: {n: sealed_for(parts[f"{kind[:-1]} {n}"], other) for n in bundle[kind]}
            for kind in ("messages", "notes")
        }
        label = (
            bundle["label"]
            and b64encode(seal(opened(bundle["label"], own), [other.identity.recipient])).decode()
        )
        return {
            "version": str(tip.version),
            "to": to,
            "key": self.keys[to],
            "reason": reason,
            "proof": self.solved(desk, bundle["riddle"]),
            "mark": unit_mark(TALK, to, tip.reference).hex(),
            "content_mac": content_mac(tip.reference, mac_parts),
            "length": bundle["length"],
            "sealed": sealed_for(parts["tip"], other),
            "label": label,
            **again,
            "note": written,
        } | more

    def solved(self, desk, riddle):
        return sha256(opened(riddle, self.secrets[desk.staff.unit_id])).hexdigest()

    def pass_on(self, desk, tip, to, **more):
        return send(desk, tip, "transfer", self.packed(desk, tip, to, **more))

    def take_over(self, desk, tip, **more):
        desk.post(tip, "clear")
        answer = desk.get(f"/desk/tips/{tip.reference}/arrived.json")
        if answer.status_code != 200:
            return answer  # It went away meanwhile.
        bundle = answer.json
        parts = parts_of(bundle, self.secrets[desk.staff.unit_id])
        told = {"version": str(tip.version), "content_mac": content_mac(tip.reference, parts)}
        return send(desk, tip, "taken-over", told | more)

    def hand_back(self, desk, tip, reason="not_ours", **more):
        desk.post(tip, "clear")
        answer = desk.get(f"/desk/tips/{tip.reference}/back.json")
        if answer.status_code != 200:
            return answer  # It went away meanwhile.
        bundle = answer.json
        own, other = self.secrets[desk.staff.unit_id], self.secrets[bundle["unit"]]
        again = {
            kind: {n: sealed_for(opened(one, own), other) for n, one in bundle[kind].items()}
            for kind in ("messages", "notes")
        }
        told = {
            "version": str(tip.version),
            "reason": reason,
            "length": bundle["length"],
            "proof": self.solved(desk, bundle["riddle"]),
        }
        return send(desk, tip, "handed-back", told | again | more)


def send(desk, tip, act, content):
    path = f"/desk/tips/{tip.reference}/{act}"
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token()}
    return desk.client.post(path, json=content, headers=headers, base_url=desk.base_url)
