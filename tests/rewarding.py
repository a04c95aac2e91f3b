"""A district that pays rewards by a code, and what two browsers make of one. All is invented."""

import base64
import secrets
from dataclasses import replace
from hashlib import sha256

from admin.app_state import app_state
from admin.district.rewards import load_rewards
from admin.sealing import reward

ENTRY = """
  - id: local
    zh: 示例县举报奖励办法
    en: "Reward rules of the sample county"
    number: 示例〔2026〕1号
    day: "2026-01-05"
    url: https://example.cn/reward
    sums: [500, 1000, 5000]
    months: 3
    office:
      name: {zh: 示例县公证处, en: "Notary office of the sample county"}
      place: {zh: 示例路 1 号二楼, en: "1 Example Road, second floor"}
      hours: {zh: 周一到周五 9:00–11:30, en: "Monday to Friday, 9:00–11:30"}
"""
"""What an editor writes in rewards.yml; invented."""


def switch_on(content):
    """Write the entry into a district's own copy of content/; gives the rule."""
    path = content / "data" / "rewards.yml"
    text = path.read_text("utf-8")
    assert text.count("\nitems: []") == 1
    path.write_text(text.replace("\nitems: []", f"\nitems:{ENTRY}"), "utf-8")
    return load_rewards(content)


def allow(app, rule):
    """Let an application's district pay rewards."""
    with app.app_context():
        app_state().district = replace(app_state().district, rewards=rule)


def sealed_text(size=1700):
    """What a browser sealed; the server can't tell."""
    return base64.b64encode(b"age-encryption.org/v1\n" + secrets.token_bytes(size)).decode()


class Halves:
    """What the two browsers make of one code, and the reporter reads."""

    def __init__(self):
        self.first, self.second = reward.new_half(), reward.new_half()

    @property
    def key(self):
        return reward.key_of_code(self.first + self.second)

    def asked(self, sum_="1000"):
        """The fields with which a reward is asked for."""
        return {"sum": sum_, "hash": reward.half_hash(self.first).hex(), "sealed": sealed_text()}

    def granted(self, number=1, **more):
        """The fields with which the second person agrees."""
        sealed = sealed_text(8500)
        digest = sha256(sealed.encode()).hexdigest()
        first = reward.half_hash(self.first).hex()
        fields = {"agree": "yes", "first": first, "second": reward.half_hash(self.second).hex()}
        return fields | {"number": number, "digest": digest, "sealed": sealed} | more

    def refused(self):
        return {"agree": "no", "first": reward.half_hash(self.first).hex()}
