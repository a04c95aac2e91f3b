"""What a member's browser posts of a package, in Python: for tests without it."""

import json
from base64 import b64encode
from hashlib import sha256

from admin.db import today
from admin.sealing.age import seal

RECORD = b'{"v":1,"kind":"referral","text":"what left"}' + b" " * 4000


def sealed_for(unit, data=RECORD):
    """Seal to a unit and its recovery sheet, as the page does."""
    return b64encode(seal(data, [unit.identity.recipient, unit.recovery.recipient])).decode()


class Referrer:
    """A member's browser on the page of a referral, with the unit's keys."""

    def __init__(self, secrets):
        self.secrets = secrets

    def page(self, desk, tip):
        """What the page hands to its script."""
        text = desk.get(f"/desk/tips/{tip.reference}/referral/").text
        start = text.index('id="referral-data">') + len('id="referral-data">')
        return json.loads(text[start : text.index("</script>", start)])

    def package(self, desk, tip, organ="market", **changes):
        """What is posted once a package was made and saved."""
        data = self.page(desk, tip)
        made = {
            "version": data["version"],
            "number": data["number"],
            "organ": organ,
            "lock": "passphrase",
            "sha256": sha256(f"{tip.reference} {organ} {data['number']}".encode()).hexdigest(),
            "size": 9_000,
            "files": 1,
            "record": sealed_for(self.secrets[desk.staff.unit_id]),
        }
        return made | changes

    def post(self, desk, tip, package):
        return desk.client.post(
            f"/desk/tips/{tip.reference}/referral/sent",
            json=package,
            headers={"Accept": "application/json", "X-CSRFToken": desk.token()},
            base_url=desk.base_url,
        )

    def make(self, desk, tip, organ="market", **changes):
        """Make a package, and have it written down; gives the answer."""
        return self.post(desk, tip, self.package(desk, tip, organ, **changes))

    def send(self, desk, tip, organ="market", **changes):
        """Make a package and hand it over; gives its id."""
        made = self.make(desk, tip, organ, **changes)
        assert made.status_code == 200, made.json
        number = made.json["referral"]
        given = self.step(desk, tip, number, "handed-over", way="person")
        assert given.status_code == 303, given.json
        return number

    def version(self, desk, tip):
        """The version that the tip's page shows now."""
        text = desk.show(tip).text
        start = text.index('name="version" value="') + len('name="version" value="')
        return text[start : text.index('"', start)]

    def step(self, desk, tip, package, act, /, **fields):
        """Post what becomes of a package, as the tip's page does."""
        fields.setdefault("version", self.version(desk, tip))
        if act in ("handed-over", "slip"):
            fields.setdefault("day", today().isoformat())
        return desk.post_with(desk.token(), tip, f"referral/{package}/{act}", **fields)
