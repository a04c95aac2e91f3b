"""One run: hostile requests on all sides, ten honest tips in their midst, and what is left."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from sqlalchemy import create_engine, text

from tests.canary import find_marks

from .by_hand import all_by_hand
from .by_hand_json import JSON, MARK
from .people import WithoutScripts, WithScripts
from .strategies import hostile
from .wire import Answers, Hostile, request, send

HONEST = 10
SIDES = 6
NO_ANSWER = 0
"""Stands for a status where the sender left at once, or the server closed without a word."""
MARKS = {"the mark": MARK, "its first part": MARK[:11], "its last part": MARK[-8:]}
_BUSY = ('{"error": "busy"}', "请等一分钟")
_HARMLESS = re.compile(r"\[[\d-]+\] \[\d+\] \[WARNING\] refused a request that is not HTTP\n")


@dataclass
class Result:
    """What a run has shown; each list is empty where all is well."""

    sent: int
    statuses: dict[int, int]
    errors: list[str]
    """Hostile requests that met a 5xx, or no answer in time."""
    lost: list[str]
    traces: list[str]
    told: str
    """What the log holds beyond that something was no HTTP."""
    tips: int
    """How many tips were stored beside those of the demo."""

    @property
    def is_well(self):
        return not (self.errors or self.lost or self.traces or self.told) and self.tips == HONEST


@dataclass
class Run:
    served: object
    statuses: dict[int, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def attack(self, attack: Hostile):
        host, _, port = self.served.config.bind.partition(":")
        try:
            answers = send((host, int(port)), attack)
        except OSError as error:
            self.errors.append(f"{type(error).__name__}: {attack!r}")
            return
        for status in answers.statuses or [NO_ANSWER]:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if any(map(_is_fault, answers.statuses)) and not _is_busy(answers):
            self.errors.append(f"{answers.statuses}: {attack!r}")


def _is_fault(status):
    return status >= 500


def _is_busy(answers: Answers):
    words = answers.data.decode("utf-8", "replace")
    return set(filter(_is_fault, answers.statuses)) == {503} and any(map(words.__contains__, _BUSY))


def run(served, *, requests: int, number: int) -> Result:
    """Send so many hostile requests, drawn from the seed `number`, and ten honest tips."""
    told, before = served.log.read_text("utf-8"), count_tips(served)
    people = [(WithScripts, WithoutScripts)[turn % 2](served, turn) for turn in range(HONEST)]
    people[0].send()
    people[1].send()
    attacks = draw(served, requests, number, seen=people[0].bodies)
    this = Run(served)
    with ThreadPoolExecutor(SIDES) as sides, ThreadPoolExecutor(1) as street:
        honest = [street.submit(person.send) for person in people[2:]]
        list(sides.map(this.attack, attacks))
        for one in honest:
            one.result()
    lost = [f"{person.number}" for person in people if not person.is_stored()]
    tips = count_tips(served) - before
    served.stop()
    since = served.log.read_text("utf-8").removeprefix(told)
    files = (path for folder in served.folders for path in folder.rglob("*") if path.is_file())
    return Result(
        sent=len(attacks),
        statuses=dict(sorted(this.statuses.items())),
        errors=this.errors,
        lost=lost,
        traces=find_marks(files, MARKS),
        told=_HARMLESS.sub("", since),
        tips=tips,
    )


def draw(served, requests, number, *, seen):
    """Mix what people have thought of, as far as there is room, with what hypothesis draws."""
    hosts = served.config.public_host, served.config.desk_host
    known = all_by_hand(*hosts)
    chance = random.Random(number)
    chosen = chance.sample(known, min(len(known), requests // 2))
    drawn: list[Hostile] = []

    @seed(number)
    @settings(
        max_examples=requests - len(chosen),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(attack=hostile(*hosts, seen))
    def keep(attack):
        drawn.append(attack)

    keep()
    mixed = chosen + drawn + [replayed(body, hosts[0]) for body in seen for _turn in range(5)]
    chance.shuffle(mixed)
    return mixed


def replayed(body, host):
    """Send an honest body once more, as it was."""
    return Hostile("replayed", request("POST", "/tip/sealed", host, body, JSON))


def count_tips(served):
    engine = create_engine(f"sqlite:///{served.data / 'dengshao.sqlite3'}")
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM tip")).scalar_one()
    engine.dispose()
    return count
