"""The district's data: content/data/*.yml, checked against their schemas and made into objects.

Read at the start, and anew when an operator asks for it. A fault in a file stops the start with its
name and line, and leaves a running node what it has: a form built on half a file would send tips
astray.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..deadlines.loading import load_clocks
from ..deadlines.rules import Clocks
from ..reading import routes, scope
from ..reading.data_files import DataError, load_file
from ..reading.keys_file import (
    Keys,
    combined,
    read_lines,
)
from ..reading.languages import Language, load_languages
from ..reading.routes import current, stands_in, supervisory_of
from ..tip.routing import Ways
from .bulletins import BulletinRules, load_bulletins
from .count_groups import CountGroups, load_groups
from .edge_log import EdgeLog, load_edge_log
from .organs import Organ, check_organs, organ_of
from .rewards import RewardRule, load_rewards


@dataclass(frozen=True)
class Choice:
    id: str
    zh: str
    en: str

    said: Mapping[str, Any] = field(default_factory=dict, kw_only=True, compare=False, repr=False)
    """Its entry, with the words of further languages by their keys."""

    def word(self, lang: str) -> str:
        """Give its words in a language; in Chinese where there are none."""
        return self.en if lang == "en" else str(self.said.get(lang, self.zh))

    def is_said_in(self, lang: str) -> bool:
        return lang in ("zh", "en") or lang in self.said


@dataclass(frozen=True)
class Category(Choice):
    route: str


@dataclass(frozen=True)
class Words:
    """What people say of one thing: the reporter's browser looks for it in what is typed."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The entry, with what is said in further languages."""

    def of(self, lang: str) -> str:
        """Return them as one text, as a page carries them."""
        return "|".join(self.en if lang == "en" else self.said.get(lang, self.zh))


@dataclass(frozen=True)
class Kinds:
    """How categories are found by somebody who does not know them: kinds.yml."""

    groups: dict[str, Choice]
    """By the letter with which a category's id begins."""
    words: dict[str, Words]
    """By category."""
    asks: dict[str, Words]
    """What brings a question of the form up, by its field."""

    def group(self, category: str, lang: str) -> str | None:
        """Name a category's group; one that knows no kind stands in none."""
        found = self.groups.get(category[:1])
        return found.word(lang) if found else None


@dataclass(frozen=True)
class Unit(Choice):
    otherwise: tuple[str, ...]
    practice: bool = False
    """For training: takes no tip of the form, counts nowhere, and rings nobody."""


@dataclass(frozen=True)
class Office(Choice):
    unit: str | None
    """The unit whose people sit in that office; None where no unit of ours does."""


@dataclass(frozen=True)
class Outcome(Choice):
    status: str
    purge_days: int | None
    turn_to: dict[str, str] | None


@dataclass(frozen=True)
class Reviews:
    """How ends are looked over by a second member."""

    sample_percent: int
    """Of a hundred ends that one alone decided, how many are looked over."""
    answer_days: int
    """Days after which heads are told of what waits for a second person."""


@dataclass(frozen=True)
class ContactUnits:
    """The two units that must come together to read what a reporter left to be reached by."""

    custodian: str
    """Opens the outer lock, and can read nothing by it alone."""
    reviewer: str
    """Opens the inner lock."""


@dataclass(frozen=True)
class TransferReasons:
    """Why a tip goes from one unit to another, by id."""

    on: dict[str, Choice]
    back: dict[str, Choice]

    def word(self, reason: str) -> str:
        found = self.on.get(reason) or self.back.get(reason)
        return found.zh if found else reason


@dataclass(frozen=True)
class ReferralRules:
    """To whom tips are referred outside, how a package goes, and what comes back: organs.yml."""

    organs: dict[str, Organ]
    ways: dict[str, Choice]
    """How a package is handed over."""
    back: dict[str, Choice]
    """Why an organ sends one back."""
    results: tuple[str, ...]
    """Outcomes that an organ may tell."""
    most: int
    """Packages for one tip, all told."""

    def word(self, organ_id: str) -> str:
        """Name an organ; one that is gone since by its id."""
        found = self.organs.get(organ_id)
        return found.zh if found else organ_id


@dataclass(frozen=True)
class PracticeTip:
    """An invented tip for training, and what it is meant to teach."""

    lesson: str
    fields: dict[str, str]


@dataclass(frozen=True)
class HoldRules:
    """Why, at whose request and for how long words may be kept past their day: holds.yml."""

    reasons: dict[str, Choice]
    authorities: dict[str, Choice]
    longest_days: int
    asked_days: int
    """For how long a request that waits keeps the words."""


@dataclass(frozen=True)
class District:
    """What one district has configured: its choices, units, offices and outcomes."""

    categories: dict[str, Category]
    kinds: Kinds
    townships: dict[str, Choice]
    units: dict[str, Unit]
    offices: dict[str, Office]
    outcomes: dict[str, Outcome]
    never: dict[str, str]
    """What is never a tip, in Chinese, by the forms of scope.yml."""
    choices: dict[str, dict[str, Choice]]
    labels: dict[str, Choice]
    """Working labels that staff may set in clear, about the work and never about a person."""
    holds: HoldRules
    transfers: TransferReasons
    """Why a tip goes to another unit, or back."""
    referrals: ReferralRules
    """To which organs outside a tip may be referred."""
    ways: Ways
    stands_in: bool
    """Whether the units of a route's `otherwise` take what comes for a unit that rests."""
    contact: ContactUnits | None
    """None where the district does not ask for it."""
    fingerprints: frozenset[tuple[str, str]]
    """Pairs of unit id and fingerprint that a second person has confirmed, one of a unit."""
    retiring: frozenset[tuple[str, str, date]]
    """Older keys with their last day: for words to tips that hang on them, and for nothing new."""
    overlap: frozenset[tuple[str, str, date]]
    """Of these the ones that a form may still be using, since their unit just got its next key."""
    footer: dict[str, Any]
    hotlines: tuple[dict[str, Any], ...]
    practice_tips: tuple[PracticeTip, ...]
    clocks: Clocks
    """Until when what must be done with a tip."""
    reviews: Reviews
    bulletins: BulletinRules
    """What a text about closed matters must not hold."""
    edge_log: EdgeLog
    """Who keeps the log of connections."""
    rewards: RewardRule | None
    """None where no local document allows to collect one by a code."""
    count_groups: CountGroups
    """Whose numbers are published together."""
    languages: Mapping[str, Language]
    """In which the public reads and writes, Chinese first."""

    def options(self, field: str) -> Mapping[str, Choice]:
        """Return the options of a field of choices (`tip.fields`), by id."""
        own: dict[str, Mapping[str, Choice]] = {
            "category": self.categories,
            "township": self.townships,
            "exclude": self.offices,
        }
        return own[field] if field in own else self.choices[field]


def load_district(content: Path, demo_keys: Path | None = None) -> District:
    """Read the district's data. `demo_keys` is a second keys file, for development only."""
    found = load_file(content, "routes")
    never = load_file(content, "scope")
    keys = read_keys(content, demo_keys)
    district = District(
        categories={
            row["id"]: Category(row["id"], row["zh"], row["en"], row["route"], said=row)
            for row in current(load_file(content, "categories")["items"])
        },
        kinds=_kinds(load_file(content, "kinds")),
        townships=_choices(load_file(content, "townships")["items"]),
        units={row["id"]: _unit(row) for row in current(found["items"])},
        offices={
            row["id"]: Office(row["id"], row["zh"], row["en"], row.get("unit"), said=row)
            for row in current(found["offices"])
        },
        outcomes=_outcomes(load_file(content, "outcomes")["items"], never),
        never=scope.forms(never, "zh"),
        choices={
            row["id"]: _choices(row["options"]) for row in load_file(content, "choices")["items"]
        },
        labels=_choices(load_file(content, "labels")["items"]),
        holds=_holds(load_file(content, "holds")),
        transfers=_transfers(load_file(content, "transfers")),
        referrals=_referrals(load_file(content, "organs")),
        ways=Ways(supervisory_of(found), found["upper"]),
        stands_in=stands_in(found),
        contact=ContactUnits(**found["contact"]) if "contact" in found else None,
        fingerprints=keys.open,
        retiring=keys.retiring,
        overlap=keys.overlap,
        footer=load_file(content, "footer"),
        hotlines=tuple(current(load_file(content, "hotlines")["items"])),
        practice_tips=tuple(
            PracticeTip(row["lesson"], row["fields"])
            for row in current(load_file(content, "practice")["items"])
        ),
        clocks=_clocks(content),
        reviews=_reviews(load_file(content, "reviews")),
        bulletins=load_bulletins(content),
        edge_log=load_edge_log(content),
        rewards=load_rewards(content),
        count_groups=load_groups(content),
        languages=load_languages(content),
    )
    _check_units(district)
    _check_kinds(district, {row["id"] for row in load_file(content, "categories")["items"]})
    check_organs(content)
    return district


def _clocks(content: Path) -> Clocks:
    try:
        return load_clocks(load_file(content, "deadlines"), load_file(content, "holidays"))
    except ValueError as error:
        raise DataError(f"deadlines.yml, holidays.yml: {error}") from None


def _kinds(found: dict[str, Any]) -> Kinds:
    def words(name: str) -> dict[str, Words]:
        return {row["id"]: Words(tuple(row["zh"]), tuple(row["en"]), row) for row in found[name]}

    return Kinds(_choices(found["groups"]), words("items"), words("asks"))


def _holds(found: dict[str, Any]) -> HoldRules:
    return HoldRules(
        reasons=_choices(found["items"]),
        authorities=_choices(found["authorities"]),
        longest_days=found["longest_days"],
        asked_days=found["asked_days"],
    )


def _reviews(found: Mapping[str, Any]) -> Reviews:
    return Reviews(found["sample_percent"], found["answer_days"])


def _choices(rows: Iterable[dict[str, Any]]) -> dict[str, Choice]:
    return {row["id"]: Choice(row["id"], row["zh"], row["en"], said=row) for row in current(rows)}


def _transfers(found: dict[str, Any]) -> TransferReasons:
    return TransferReasons(on=_choices(found["items"]), back=_choices(found["back"]))


def _referrals(found: dict[str, Any]) -> ReferralRules:
    return ReferralRules(
        organs={row["id"]: organ_of(row) for row in current(found["items"])},
        ways=_choices(found["ways"]),
        back=_choices(found["back"]),
        results=tuple(found["results"]),
        most=found["most"],
    )


def _outcomes(rows: Iterable[dict[str, Any]], never: Mapping[str, Any]) -> dict[str, Outcome]:
    return {row["id"]: _outcome(row, never) for row in current(rows)}


def _outcome(row: Mapping[str, Any], never: Mapping[str, Any]) -> Outcome:
    """Make an outcome; what says what is never a tip says it in the words of scope.yml."""
    try:
        said = {lang: scope.filled(row[lang], never, lang) for lang in ("zh", "en")}
        turn_to = {
            lang: scope.filled(words, never, lang) for lang, words in row.get("turn_to", {}).items()
        }
    except KeyError as error:
        raise DataError(f"outcomes.yml: {row['id']}: scope.yml has no form {error}") from None
    purge_days = row.get("purge_days")
    return Outcome(row["id"], said["zh"], said["en"], row["status"], purge_days, turn_to or None)


def read_keys(content: Path, demo_keys: Path | None) -> Keys:
    """Read the keys that were confirmed, of one file or of both. Raises `DataError`."""
    units = {row["id"] for row in load_file(content, "routes")["items"]}
    lines = read_lines(content, content / "data" / "keys.yml", units)
    has_second = demo_keys is not None and demo_keys.exists()
    return combined(lines, read_lines(content, demo_keys) if has_second and demo_keys else [])


def _unit(row: dict[str, Any]) -> Unit:
    is_practice = bool(row.get("practice"))
    return Unit(row["id"], row["zh"], row["en"], tuple(row["otherwise"]), is_practice, said=row)


def _check_units(district: District) -> None:
    """Every unit that a route names must exist: a tip must never be sent to nobody."""
    contact = set(vars(district.contact).values()) if district.contact else set()
    if len(contact) == 1:
        raise DataError("routes.yml: contact: custodian and reviewer must be two units")
    named = {*district.ways.takers, *contact}
    named |= {category.route for category in district.categories.values()}
    named |= {office.unit for office in district.offices.values() if office.unit}
    named |= {other for unit in district.units.values() for other in unit.otherwise}
    practice = {unit.id for unit in district.units.values() if unit.practice}
    if astray := sorted(practice & named):
        raise DataError(f"routes.yml: a practice unit takes no tips: {', '.join(astray)}")
    if missing := sorted(named - set(district.units)):
        raise DataError(f"routes.yml: no such unit: {', '.join(missing)}")


def _check_kinds(district: District, known: set[str]) -> None:
    """Words speak of a category that is, or was: a typing error would be told to nobody."""
    if astray := sorted(set(district.kinds.words) - known):
        raise DataError(f"kinds.yml: no such category: {', '.join(astray)}")


def routes_text(district: District) -> str:
    """Return a district's routes as the one text that browser and site's build write too."""
    pair = district.contact
    return routes.routes_text(
        district.ways.takers,
        (pair.custodian, pair.reviewer) if pair else None,
        {unit.id: unit.otherwise for unit in district.units.values() if not unit.practice},
        {category.id: category.route for category in district.categories.values()},
        {office.id: office.unit for office in district.offices.values()},
        stands_in=district.stands_in,
    )


def routes_digest(district: District) -> str:
    """Give what /keys.json publishes of the routes."""
    return routes.digest(routes_text(district))
