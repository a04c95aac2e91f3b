"""The form's pages, rendered once and kept: only the token differs from one showing to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import has_request_context, render_template, request

from ..app_state import app_state, language, made_of_district, page_language
from ..district.data import Category, Choice
from ..tip.fields import FIELDS, UNCLEAR
from ..tip.routing import offered_categories, stand_in
from ..vault import vault
from ..web.large import is_large
from ..web.markup import apart
from . import contact
from .forms import CopiedForm, FilesForm, Offer, TipForm, make_offer
from .no_js.file_outcomes import FileOutcome

# Stands where the token goes. Jinja leaves it as it is; no typed word is on the page yet.
_TOKEN_MARK = "token-goes-here"  # noqa: S105 (a mark, not a secret)
_DRAFT_MARK = "draft-goes-here"


# Stand where the six groups of a receipt go.
_GROUP_MARKS = tuple(f"group-{letter}-goes-here" for letter in "abcdef")

SENT_SIZE = 16 * 1024
"""Bytes of every page after sending: who watches the line can't tell one from another."""

# Finds 您 wherever it is ours: what fields and names hold is passed over, as it may be typed.
_OURS = re.compile(r'(<textarea\b.*?</textarea>|<bdi>.*?</bdi>| value="[^"]*")|您', re.DOTALL)


@dataclass
class PageCache:
    """Rendered pages, with marks where they differ from one showing to the next."""

    first: dict[tuple[Any, ...], str] = field(default_factory=dict)
    sent: dict[tuple[Any, ...], str] = field(default_factory=dict)
    offers: dict[tuple[Any, ...], Offer] = field(default_factory=dict)


def _cache() -> PageCache:
    return made_of_district("dengshao.pages", lambda _district: PageCache())


def first_view(category: str, official: str) -> str:
    """Give the empty form with a fresh token. Unknown prefilled answers are left out."""
    district = app_state().district
    units = vault().units.get().state
    category = category if category in district.categories else ""
    official = official if official in district.choices["official"] else ""
    # Last the units: see _drop_others.
    key = (page_language(), is_young(), is_large(), category, official, _has_room(), units)
    pages = _cache().first
    if key not in pages:
        _drop_others(pages, units)
        pages[key] = _render_first(category, official)
    page = pages[key].replace(_TOKEN_MARK, app_state().tokens.new())
    return page.replace(_DRAFT_MARK, app_state().drafts.new())


@dataclass(frozen=True)
class SentPage:
    """What the page after sending shows: the receipt's groups, or none once it was copied."""

    groups: Sequence[str]
    asked: int
    """The group, counted from 1, that the reporter writes again as proof."""
    is_supplement: bool
    token: str
    is_machine: bool = False
    """Whether the tip stands apart, among those that machines seem to have sent."""
    is_practice: bool = False
    files: tuple[FileOutcome, ...] = ()
    """What became of each file."""


def sent_view(page: SentPage) -> str:
    """Give the page with the receipt. Only what differs is put in: it is shown for every tip."""
    if page.files:
        # Names of files are nobody else's: such a page is not kept.
        return render_sent(page, CopiedForm())
    blank = replace(page, groups=_GROUP_MARKS if page.groups else (), token=_TOKEN_MARK)
    key = (page_language(), is_young(), is_large(), blank)
    pages = _cache().sent
    if key not in pages:
        pages[key] = render_sent(blank, CopiedForm())
    text = pages[key].replace(_TOKEN_MARK, page.token)
    for mark, group in zip(_GROUP_MARKS, page.groups, strict=False):
        text = text.replace(mark, apart(group))
    return text


def render_sent(page: SentPage, form: CopiedForm) -> str:
    """Render the page after sending, with the errors of the copied group where there are any."""
    return _spoken(
        render_template(
            "intake/sent.html",
            page=page,
            form=form,
            prefix=_prefix(),
            young=is_young(),
            **_limits(),
        )
    )


def render_more(form: FilesForm, token: str) -> str:
    """Render the page that takes further files for a tip that is stored."""
    page = {"form": form, "token": token, "prefix": _prefix(), "young": is_young()}
    return _spoken(render_template("intake/more.html", **(page | _limits())))


def _limits() -> dict[str, Any]:
    return {"limits": app_state().config}


def _render_first(category: str, official: str) -> str:
    form = new_form(None)
    form.offer(_offer(sealed_way=official == "yes"))
    form.preset()
    form["category"].data = category or UNCLEAR
    form["official"].data = official or UNCLEAR
    return render_form(form, token=_TOKEN_MARK, draft=_DRAFT_MARK, closed=not _has_room())


def _has_room() -> bool:
    return vault().room.takes_words


def new_form(sent: Any) -> TipForm:
    """Make the form with this district's choices, filled from what was sent."""
    form = TipForm(sent)
    form.offer(_offer(sealed_way=form["official"].data == "yes"))
    # A tip may have been stored while its unit was open: its retry must not be refused.
    form.know("category", app_state().district.categories)
    return form


def _offer(*, sealed_way: bool) -> Offer:
    found = vault().units.get()
    units = found.state
    key = (page_language(), sealed_way, units)
    offers = _cache().offers
    if key not in offers:
        _drop_others(offers, units)
        district = app_state().district
        offered = offered_categories(district, found, sealed_way=sealed_way, resting=found.resting)
        offers[key] = make_offer(district, offered, page_language())
    return offers[key]


def _drop_others(kept: dict[tuple[Any, ...], Any], units: tuple[frozenset[str], ...]) -> None:
    """Forget what was made for other open units: they change seldom, and memory is finite."""
    if any(key[-1] != units for key in kept):
        kept.clear()


def _missing(sealed_way: bool) -> list[Category]:
    """List the categories that no unit can read now."""
    district, units = app_state().district, vault().units.get()
    offered = offered_categories(district, units, sealed_way=sealed_way, resting=units.resting)
    return [row for row in district.categories.values() if row.id not in offered]


def _is_sealed_way_open() -> bool:
    district, units = app_state().district, vault().units.get()
    first = district.ways.takers[0]
    if first in units:
        return True
    other = stand_in(district, first, units, sealed_way=True)
    return first in units.resting and other is not None


@dataclass(frozen=True)
class StoodIn:
    """A unit that takes nothing for now, and the one that takes it instead."""

    unit: Choice
    other: Choice


def _stood_in(sealed_way: bool) -> list[StoodIn]:
    """List the units that rest, with those that stand in where the reporter excludes none."""
    district, units = app_state().district, vault().units.get()
    ways, names = district.ways, district.units
    found = []
    for unit in sorted(units.resting):
        is_of_way = ways.is_custodial(unit) or (sealed_way and ways.is_sealed(unit))
        other = stand_in(district, unit, units, sealed_way=is_of_way)
        found += [StoodIn(names[unit], names[other])] if other else []
    return found


def render_form(
    form: TipForm, *, token: str, draft: str = "", closed: bool = False, **words: Any
) -> str:
    """Render the form with its entry choices and, where it came back, its errors.

    `closed` shows where else to turn, and no form: there is no room for what would be written.
    """
    district, units = app_state().district, vault().units.get()
    page = {
        "form": form,
        "questions": FIELDS,
        "declared": {field.name: field for field in FIELDS},
        "token": token,
        "draft": draft or app_state().drafts.new(),
        "prefix": _prefix(),
        "any_open": bool(units) and not closed,
        "closed": closed,
        "sealed_way_open": _is_sealed_way_open(),
        "stood_in": _stood_in(form["official"].data == "yes"),
        "contact_open": contact.is_offered(district, units),
        "missing": _missing(form["official"].data == "yes"),
        "kind_chosen": _chosen_kind(form),
        "hotlines": district.hotlines,
        "no_unit": False,
        "no_room": False,
        "practice": False,
        "young": is_young(),
    }
    page |= _limits() | words
    page["further_open"] = page["no_unit"] or _says_further(form)
    return _spoken(render_template("intake/form.html", **page))


def _chosen_kind(form: TipForm) -> str:
    """Name the category that was chosen, by a link or on an earlier showing; or empty."""
    found = app_state().district.categories.get(form["category"].data or "")
    return found.word(page_language()) if found and found.id != UNCLEAR else ""


def _says_further(form: TipForm) -> bool:
    """Return whether anything stands behind 再多说几句 that nobody may overlook.

    A category is told above it.
    """
    further = [
        form[field.name] for field in FIELDS if field.is_further and field.name != "category"
    ]
    said = any(field.data not in (None, "", [], UNCLEAR) for field in further)
    faults = [form["category"], *further, form.contact]
    return said or bool(form.contact.data) or any(field.errors for field in faults)


def is_young() -> bool:
    """Tell whether the page is the minors': a link asks for it, and its forms carry it on."""
    return has_request_context() and request.values.get("page") == "young"


def _prefix() -> str:
    return language().prefix


def _spoken(page: str) -> str:
    """Say 你 on the minors' page, and 您 on all others. What was typed stays as it was typed."""
    return _OURS.sub(lambda found: found[1] or "你", page) if is_young() else page
