"""A reporter's errands in any browser, told by what stands on the page."""

from pathlib import Path

from .person import Person

SEND = "发出这条线索"
COPIED = "查询码不再显示"


def write(person: Person, base: str, answers: dict[str, str], file: Path | None = None) -> None:
    """Fill in the form; `category` and the like are choices, all else is typed."""
    person.open(f"{base}/tip/")
    person.press("再多说几句", "summary")
    for name, words in answers.items():
        if name in ("category", "township"):
            person.choose(f"#{name}", words)
        else:
            person.fill(f"#{name}", words)
    if file:
        person.upload("#files", file)


def receipt(person: Person) -> list[str]:
    """Wait for the receipt; gives its six groups."""
    person.until(lambda: len(person.words("#receipt").split()) == 6, "a receipt")
    return person.words("#receipt").split()


def copy(person: Person, groups: list[str]) -> None:
    """Type the group that the page asks for."""
    asked = int(person.words("#group-hint").split("第 ")[1][0])
    person.fill("#group", groups[asked - 1])
    person.press("我已抄好")
    person.see(COPIED)


def open_mailbox(person: Person, base: str, groups: list[str]) -> None:
    person.open(f"{base}/mailbox/")
    person.fill("#receipt", " ".join(groups))
    person.press("看回复", "#open button")
    person.see("现在到哪一步")


def say(person: Person, words: str) -> None:
    """Write words in the open mailbox."""
    person.fill("#letter textarea", words)
    person.press("发给工作人员")
    told(person)


def told(person: Person) -> None:
    """Wait until the mailbox says that something came."""
    person.until(lambda: "已收到" in person.words(".notice--help"), "it came")


def call_for_help(person: Person, words: str) -> None:
    person.press("我有危险")
    person.fill("#danger-words", words)
    person.press("告诉工作人员")
    told(person)


def take_back(person: Person) -> None:
    person.press("我想撤回")
    person.press("请停下来")
    told(person)


def leave_at_once(person: Person) -> None:
    person.press("马上离开", "#quick-exit")
    person.until(lambda: "马上离开" not in person.words(), "another page")
