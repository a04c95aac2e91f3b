"""Six quarters of numbers that were made up, as publications: for tests and to look at.

`python -m tests.pages.publications CONTENT` writes them into a folder of content.
"""

import sys
from datetime import date
from pathlib import Path

from admin.reading.published import (
    MedianDays,
    Number,
    PublishedFile,
    PublishedGroup,
    dump,
    measures_now,
    path_of,
)

GROUPS = (
    PublishedGroup("crime", "有组织犯罪", "Organized crime"),
    PublishedGroup("drugs", "毒品", "Drugs"),
    PublishedGroup("trades", "行业里的问题", "Disorder in trades"),
    PublishedGroup("watched", "监督和上一级", "Supervision and one level above"),
)
DAYS = {
    "2026-Q4": date(2027, 4, 15),
    "2027-Q1": date(2027, 7, 15),
    "2027-Q2": date(2027, 10, 15),
    "2027-Q3": date(2028, 1, 15),
    "2027-Q4": date(2028, 4, 15),
    "2028-Q1": date(2028, 7, 15),
}
NEWEST = date(2028, 7, 15)
# What came in during each quarter; the rest of the quarter is made from it.
RECEIVED = (65, 90, 130, 115, 145, 160)
SHARES = {
    "received": 1,
    "received_form": 0.7,
    "received_phone": 0.15,
    "received_letter": None,
    "received_visit": None,
    "accepted": 0.7,
    "referred": 0.2,
    "referred_department": 0.1,
    "referred_supervision": None,
    "referred_police": None,
    "referred_other": None,
    "closed": 0.55,
    "closed_found": 0.15,
    "closed_not_found": 0.25,
    "closed_other": None,
    "read_in_time": 0.95,
    "read_late": None,
    "accepted_in_time": 0.6,
    "accepted_late": 0.1,
    "closed_in_time": 0.45,
    "closed_late": 0.1,
    "danger_in_time": 0.12,
    "danger_late": None,
    "lane": 0.4,
    "log_requests": None,
    "two_person": 0.3,
}
BY_GROUP = {"crime": 0.4, "drugs": None, "trades": 0.35, "watched": None}
MEDIANS = {"days_read": "1", "days_accepted": "4-7", "days_closed": "16-30"}


def of(whole, share):
    """Round as numbers are rounded, and withhold what is small."""
    value = round(whole * share / 5) * 5 if share else 0
    return value if value >= 10 else None


def told(period, whole, measures=SHARES):
    for measure, share in measures.items():
        yield Number(measure, period, "all", of(whole, share))
        if measure in ("received", "accepted", "referred", "closed"):
            for group, part in BY_GROUP.items():
                yield Number(measure, period, group, of(whole, part and share * part))


def publication(quarter):
    """Make the publication of a quarter, and of the year that it ends."""
    place = list(DAYS).index(quarter)
    numbers = list(told(quarter, RECEIVED[place]))
    years = (quarter[:4],) if quarter.endswith("Q4") else ()
    for year in years:
        inside = [one for key, one in zip(DAYS, RECEIVED, strict=True) if key.startswith(year)]
        # The first year began late: of it nothing is told that is counted by whole years.
        yearly = {"out_of_scope": 0.12} if f"{year}-Q1" in DAYS else {}
        numbers += told(year, sum(inside), SHARES | yearly)
    if quarter == "2027-Q2":
        for month, whole in zip(("04", "05", "06"), (40, 45, 45), strict=True):
            numbers += [Number("received", f"2027-{month}", "all", whole)]
    medians = tuple(MedianDays(one, quarter, "all", days) for one, days in MEDIANS.items())
    return PublishedFile(
        *(DAYS[quarter], (quarter,), years),
        demo=True,
        measures=measures_now(),
        groups=GROUPS,
        numbers=tuple(numbers),
        medians=medians,
    )


def publish(content, quarters=tuple(DAYS)):
    """Write the publications of these quarters as a district's files."""
    for quarter in quarters:
        path = path_of(Path(content), DAYS[quarter])
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump(publication(quarter)), "utf-8")


if __name__ == "__main__":
    publish(sys.argv[1])
