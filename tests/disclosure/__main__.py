"""Publish many histories: `python -m tests.disclosure [--histories 20] [--real 3] [--tables 60]`.

Each is published quarter by quarter, audited after each publication, and published carelessly too,
which the same auditor must notice. `--real` more are of the measures of this district, and go
through database and files (`real`). Small tables are tried by brute force. `--first` is the seed.
"""

import argparse
import random
import sys
import time
from collections import Counter

from admin.counts.disclosing.publisher import PublicationStopped
from admin.counts.narrowing.audit import audit
from tests.admin.counts.histories import PARTS, careless, counts, published, random_history
from tests.admin.counts.test_narrowing import (
    across_measures,
    check_guesser,
    check_nine,
    over_time,
)
from tests.disclosure.real import look_at_measures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.disclosure")
    parser.add_argument("--histories", type=int, default=20)
    parser.add_argument("--real", type=int, default=3)
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args()
    begun, total = time.monotonic(), Counter[str]()
    for seed in range(options.first, options.first + options.histories):
        total.update(look_at_history(seed))
        say(seed, total, begun)
    for seed in range(options.first, options.first + options.real):
        total.update(look_at_measures(seed))
        say(f"real {seed}", total, begun)
    for seed in range(options.first, options.first + options.tables):
        total.update(look_at_table(seed))
    say("tables", total, begun)
    wrong = {name: count for name, count in total.items() if name.startswith("WRONG")}
    say(f"WRONG: {wrong}" if wrong else "all well", total, begun)
    sys.exit(bool(wrong))


def look_at_history(seed: int) -> Counter[str]:
    history = random_history(seed, parts=PARTS if seed % 2 else (), rare=True)
    true = counts(history)
    found = Counter(histories=1)
    try:
        publications = published(history)
    except PublicationStopped:
        return found + Counter({"WRONG: stopped": 1})
    for last in range(1, len(publications) + 1):
        audited = audit(publications[:last], history.shape, true)
        found["linear programmes"] += audited.solved
        found["WRONG: narrowed"] += bool(audited.findings)
    found["publications"] += len(publications)
    found["shown"] += sum(len(one.shown) for one in publications)
    found["withheld"] += sum(len(one.withheld) for one in publications)
    naive = careless(history)
    caught = bool(audit(naive, history.shape, true).findings)
    # Where two small numbers hide each other, who thinks no further says what we say, and rightly.
    same = [one.shown for one in naive] == [one.shown for one in publications]
    found["careless ones caught"] += caught
    found["careless ones that said the same as we"] += same
    found["WRONG: careless and not caught"] += caught == same
    return +found


def look_at_table(seed: int) -> Counter[str]:
    draw = random.Random(seed)
    table = draw.choice([over_time, across_measures])
    atoms = tuple(draw.randint(0, 14) for _ in range(4))
    found = Counter(tables=1)
    try:
        found["tables tried with nine tips"] += check_nine(table, atoms)
        found["tables tried with kinds"] += check_guesser(table, atoms)
    except AssertionError as error:
        print(error)
        found["WRONG: brute force"] += 1
    return found


def say(what: object, total: Counter[str], begun: float) -> None:
    told = ", ".join(f"{count:,} {name}" for name, count in total.items())
    print(f"{time.monotonic() - begun:6.0f} s  {what}: {told}", flush=True)


if __name__ == "__main__":
    main()
