"""Passphrases that a machine proposes: pinyin syllables, easy to read out and to type."""

import secrets
from typing import Final

from ..sealing.member import normalise_passphrase

MIN_LENGTH: Final = 12
_WORDS: Final = 7
# 64 syllables of one spelling each, so 6 bits a syllable; the member code carries the other 128.
_SYLLABLES: Final = """
bao bei bing chai chuan chun deng dian dong fang fei feng gang geng guan hai han hong hua huang
jia jiang jing kai kang kou lai lan lian ling liu long man mei ming mu nan ning nuan pan peng
ping qiao qing qiu ran ru rui shan shu song tang tian tong wan wen xia xing yan yun yuan zhao
zhen zhu
"""


class WeakPassphrase(Exception):
    """The passphrase is too short."""


def propose() -> str:
    """Return a new random passphrase of seven syllables."""
    choices = syllables()
    return "-".join(secrets.choice(choices) for _ in range(_WORDS))


def syllables() -> list[str]:
    """List the syllables, for the browser that proposes a passphrase too."""
    return _SYLLABLES.split()


def check_passphrase(text: str) -> None:
    if len(normalise_passphrase(text)) < MIN_LENGTH:
        raise WeakPassphrase
