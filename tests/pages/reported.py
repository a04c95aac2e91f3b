"""A half-year's report as its command makes it, of invented numbers, on a district's site."""

import shutil
from datetime import date

import yaml

from admin.backup.drills import Upkeep
from admin.counts.half.drafting import make_drafts
from admin.counts.half.facts import facts_of_files
from admin.counts.half.periods import Half
from admin.reading.published import (
    MedianDays,
    Number,
    PublishedFile,
    dump,
    measures_now,
    path_of,
)

HALF, NEXT = Half(2025, 2), Half(2026, 1)
READ_ON = date(2026, 12, 1)
DAYS = {"2025-Q3": date(2026, 1, 15), "2025-Q4": date(2026, 4, 15)}
WRITTEN = {"zh": "换证书的时候停了一小时。", "en": "Away for an hour while a certificate changed."}
KNOWN = {
    "log": {"opened": 1, "made": 0, "renewed": 2, "published": 2, "mistyped": 3, "refused": 0},
    "log_profile": "sealed",
    "is_behind": False,
    "began": None,
    "version": "0.2.0",
    "upkeep": Upkeep(date(2025, 11, 3), None),
}
"""What the installation would say."""


def without_draft(words):
    """Do what a person does who publishes a draft: take one line out."""
    (line,) = [line for line in words.splitlines(keepends=True) if line.startswith("draft: true")]
    return words.replace(line, "")


def published(quarter, day):
    """Make a publication in which each third number is withheld."""
    year = (quarter[:4],) if quarter.endswith("Q4") else ()
    told = [(one, period) for one in measures_now() for period in (quarter, *year)]
    counts = [row for row in told if row[0].kind == "count"]
    return PublishedFile(
        *(day, (quarter,), year, False, measures_now(), ()),
        numbers=tuple(
            Number(one.id, period, "all", None if place % 3 == 2 else 10 + 5 * place)
            for place, (one, period) in enumerate(counts)
            if one.grain != "year" or period in year
        ),
        medians=tuple(
            MedianDays(one.id, period, "all", "16-30")
            for one, period in told
            if one.kind != "count"
        ),
    )


def report_twice(root):
    """Put a report on the site, and a draft beside it."""
    content, aside = root / "content", root / "aside"
    shutil.copytree(content / "data", aside / "data")
    (aside / "numbers").mkdir()
    for quarter, day in DAYS.items():
        path_of(aside, day).write_text(dump(published(quarter, day)), "utf-8")
    entries = [
        {"id": f"{kind}-1", "kind": kind, "month": "2025-10"}
        | dict.fromkeys(("what", "whom", "done"), WRITTEN)
        for kind in ("outage", "mistake")
    ]
    words = yaml.safe_dump({"source": "tests", "checked": READ_ON, "items": entries})
    (aside / "data" / "transparency.yml").write_text(words, "utf-8")
    for half in (HALF, NEXT):
        facts = facts_of_files(aside, half) | {
            "has_numbers_page": (content / "numbers" / "limits.md").exists(),
            **KNOWN,
        }
        for draft in make_drafts(content, half, facts, READ_ON):
            draft.write()
            if half is HALF:
                words = without_draft(draft.path.read_text("utf-8"))
                draft.path.write_text(words, "utf-8")
    shutil.rmtree(aside)
