"""What can be wrong with a package, and the sentence for it in both languages."""

import enum
from typing import Final


class Fault(enum.StrEnum):
    """Why a package was not opened."""

    NOT_SEALED = "not_sealed"
    WRONG_PHRASE = "wrong_phrase"
    WRONG_KEY = "wrong_key"
    BAD_KEY_FILE = "bad_key_file"
    DAMAGED = "damaged"
    NO_PACKAGE = "no_package"
    BAD_NAME = "bad_name"
    MISSING = "missing"
    UNLISTED = "unlisted"
    CHANGED = "changed"
    EXISTS = "exists"
    NOT_WRITTEN = "not_written"


class NotOpened(Exception):
    """A package was not opened, and nothing was left behind; `about` names what it was about."""

    def __init__(self, fault: Fault, about: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.about = about


SENTENCES: Final = {
    Fault.NOT_SEALED: (
        "这不是加密的文件，或者开头坏了。请让对方再给一份。",
        "This is no sealed file, or its beginning is damaged. Ask for it again.",
    ),
    Fault.WRONG_PHRASE: (
        "口令不对。请向移送的单位再问一次，逐个数字核对。",
        "The passphrase is wrong. Ask the sender again, and compare digit by digit.",
    ),
    Fault.WRONG_KEY: (
        "这把密钥打不开这个文件：它是用另一把公钥加密的。",
        "This key does not open the file: it was sealed to another one.",
    ),
    Fault.BAD_KEY_FILE: (
        "密钥文件里没有私钥（AGE-SECRET-KEY-… 开头的一行）：%s",
        "The key file holds no key (a line that begins with AGE-SECRET-KEY-…): %s",
    ),
    Fault.DAMAGED: (
        "文件坏了、没有传完，或者被人改过。请让对方再给一份。",
        "The file is damaged, cut short or was changed. Ask for it again.",
    ),
    Fault.NO_PACKAGE: (
        "解密了，但里面不是移送的材料。请不要用，问一下对方。",
        "It opened, but what is inside is no referral. Do not use it; ask the sender.",
    ),
    Fault.BAD_NAME: (
        "里面有一个名称不安全的文件，没有取出。请不要用，问一下对方：%s",
        "A file in it has an unsafe name; nothing was taken out. Ask the sender: %s",
    ),
    Fault.MISSING: (
        "缺了一个文件，没有取出。请让对方再给一份：%s",
        "A file is missing; nothing was taken out. Ask for the package again: %s",
    ),
    Fault.UNLISTED: (
        "多了一个清单里没有的文件，没有取出。请不要用，问一下对方：%s",
        "A file is in it that no list names; nothing was taken out. Ask the sender: %s",
    ),
    Fault.CHANGED: (
        "一个文件和清单上的校验值不一样，没有取出。请让对方再给一份：%s",
        "A file does not have the sum on the list; nothing was taken out. Ask again: %s",
    ),
    Fault.EXISTS: (
        "已经有了，没有改动。请用 --out 另起一个文件夹：%s",
        "It is there already and was left alone. Name another folder by --out: %s",
    ),
    Fault.NOT_WRITTEN: (
        "没有写成：%s",
        "It could not be read or written: %s",
    ),
}
"""In Chinese and in English; `%s` where something is named."""


def told(error: NotOpened) -> str:
    """Say in both languages what is wrong."""
    sentences = SENTENCES[error.fault]
    return "\n".join(one % error.about if "%s" in one else one for one in sentences)
