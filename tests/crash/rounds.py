"""The rounds: in each something dies under its reporters, stands again, and all is looked for."""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from . import net
from .house import House, running
from .led import LED_VICTIMS
from .reporters import Press, Reporter
from .verdict import Verdict, figures
from .victims import VICTIMS

QUICK = ("worker", "network")


def victims(options: argparse.Namespace) -> list[str]:
    """Choose who dies in each round, in an order that nobody foresees.

    What is over in a few seconds comes three times as often as what starts a server anew; with
    `once`, all come equally often.
    """
    choice, order = random.Random(options.seed), []
    quick = 1 if options.once else 3
    while len(order) < options.rounds:
        block = [one for one in options.only for _time in range(quick if one in QUICK else 1)]
        order += choice.sample(block, len(block))
    return order[: options.rounds]


class Round:
    """Reporters send, something dies, all stands again, the reporters are answered or give up."""

    def __init__(self, house: House, name: str, victim: str, people: int) -> None:
        self._house, self._victim = house, victim
        self._choice = random.Random(name)
        self._people = [
            Reporter(house, number, random.Random(f"{name}/{number}")) for number in range(people)
        ]
        self._name = name

    def run(self) -> tuple[str, list[Press]]:
        over = Event()
        with ThreadPoolExecutor(len(self._people)) as pool:
            sending = [pool.submit(one.go_on, self._name, over) for one in self._people]
            try:
                time.sleep(self._choice.uniform(0.2, 1))
                kind = (VICTIMS | LED_VICTIMS)[self._victim](self._house, self._choice)
                self._house.wait()
                time.sleep(0.3)
            finally:
                over.set()
            for one in sending:
                one.result()
        return kind, [press for one in self._people for press in one.presses]


def crash(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    began, told, all_presses = time.monotonic(), [], []
    of_victim: dict[str, list[Press]] = defaultdict(list)
    with running(folder, led=options.patroni) as house:
        verdict = Verdict(house)
        started = time.monotonic()
        for number, victim in enumerate(victims(options)):
            at, name = time.monotonic(), f"{options.seed}.{number}"
            if at - started > options.minutes * 60:
                break
            kind, presses = Round(house, name, victim, options.people).run()
            of_victim[victim] += presses
            all_presses += presses
            before = len(verdict.faults)
            verdict.look(presses)
            told.append(
                {
                    "round": name,
                    "victim": f"{victim} ({kind})",
                    "seconds": round(time.monotonic() - at, 1),
                    "presses": len(presses),
                    "acknowledged": sum(bool(press.acknowledged) for press in presses),
                    "longest wait, s": round(max((p.waited for p in presses), default=0), 1),
                    "refusals": dict(sum((press.refused for press in presses), Counter())),
                    "faults": verdict.faults[before:],
                }
            )
            say(" ".join(str(part) for part in told[-1].values()))
            write(options, {"seed": options.seed, "rounds so far": len(told), "each": told})
        verdict.look_again(all_presses)
        return {
            "seed": options.seed,
            "rounds": len(told),
            "seconds to start": round(started - began, 1),
            "seconds": round(time.monotonic() - started, 1),
            "store hung": house.store.restarts,
            **figures(all_presses, verdict),
            "by victim": {name: of_one(of_victim[name], name, told) for name in of_victim},
            "faults": verdict.faults,
            "each": told,
        }


def of_one(presses: list[Press], victim: str, told: list[dict[str, object]]) -> dict[str, object]:
    return {
        "rounds": sum(str(one["victim"]).startswith(victim) for one in told),
        "presses": len(presses),
        "acknowledged": sum(bool(press.acknowledged) for press in presses),
        "met a refusal": sum(bool(press.refused) for press in presses),
        "longest wait, s": round(max((press.waited for press in presses), default=0), 1),
    }


def write(options: argparse.Namespace, found: dict[str, object]) -> None:
    """Write after each round: whatever ends the run, what was found so far is there."""
    options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 (the report)


def show(found: dict[str, object]) -> None:
    names = ("rounds", "presses", "acknowledged", "met a refusal", "longest wait, s")
    say(f"{'victim':10}" + "".join(f"{name:>19}" for name in names))
    for victim, of in found["by victim"].items():
        say(f"{victim:10}" + "".join(f"{of[name]:>19}" for name in names))
    for name, value in found.items():
        if name not in ("by victim", "each", "faults"):
            say(f"{name}: {value}")
    say(f"faults: {len(found['faults'])}")
    for fault in found["faults"]:
        say(f"  {fault}")


def run_inside(options: argparse.Namespace) -> bool:
    """Run all rounds on a disk in memory, which goes with our namespaces; tells what was wrong."""
    net.run("mount", "-t", "tmpfs", "-o", "size=3g,mode=755", "tmpfs", options.inside)
    (options.inside / "all").mkdir()
    found = crash(options.inside / "all", options)
    show(found)
    write(options, found)
    return bool(found["faults"]) or not found["acknowledged"]
