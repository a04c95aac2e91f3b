"""Packages of admin/ stand on floors and import downwards only; site/ and admin/ stay apart."""

import ast
from pathlib import Path

import pytest

from admin.config import ROOT

ADMIN = ROOT / "admin"

FLOORS = (
    {"settings"},
    {"clock", "config", "logs", "reading", "sealing", "tip", "migrate", "shutters"},
    {"db", "models", "leading"},
    {"deadlines", "release"},
    {"district", "wire", "law", "cleaning", "package"},
    {"app_state"},
    {"web", "audit", "edge"},
    {"vault"},
    {"access"},
    {"keys", "auditor", "counts", "mail", "rewards", "signin"},
    {"renewal"},
    {"members"},
    {"unit_keys", "desk"},
)
"""What shared services and the pages of staff are made of, from the lowest floor up."""
BASE = set().union(*FLOORS[:8])
PUBLIC = ("intake", "mailbox")
"""A reporter's pages stand on `BASE` alone, and nothing of the staff's stands on them."""
OPERATOR = (
    "serving",
    "backup",
    "demo",
    "doctor",
    "metrics",
    "setup",
    "upgrade",
    "move",
    "commands",
    "cli",
    "__init__",
)
"""What serves an operator, or works by the clock, stands on top of all, in this order."""
WITHIN_A_FLOOR = {("signin", "keys"), ("reading", "tip"), ("db", "models")}

WITH_FLASK = {
    "access/permissions.py",
    "access/replies.py",
    "app_state.py",
    "commands/serving.py",
    "desk/bulletins/forms.py",
    "desk/files/forms.py",
    "desk/forms.py",
    "desk/loading.py",
    "desk/queue/row_html.py",
    "desk/tip/forms.py",
    "desk/transfer/parts.py",
    "intake/challenge.py",
    "intake/flood.py",
    "intake/no_js/request.py",
    "intake/pages.py",
    "mail/notices.py",
    "mailbox/shares.py",
    "renewal/guard.py",
    "renewal/parts.py",
    "serving/opening.py",
    "serving/readiness.py",
    "serving/server.py",
    "serving/sweeper.py",
    "signin/gate/door.py",
    "signin/gate/keeper.py",
    "signin/guard.py",
    "web/errors.py",
    "web/large.py",
    "web/security.py",
    "web/typed.py",
    "wire/drafts.py",
    "wire/json_api.py",
}
"""What stands between views and services: it meets the request, or the application."""


def imported_modules(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, relative ones resolved."""
    package = path.relative_to(ROOT).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found.add(stem)
            found |= {f"{stem}.{alias.name}" for alias in node.names}
    return found


def files() -> list[Path]:
    return sorted(path for path in ADMIN.rglob("*.py") if "migrations" not in path.parts)


def place_of(path: Path) -> str:
    """Return the package, or the module, that lies directly in admin/ and holds this file."""
    return path.relative_to(ADMIN).parts[0].removesuffix(".py")


def known_places() -> set[str]:
    return {place_of(path) for path in files()}


def places_imported(path: Path) -> set[str]:
    parts = [name.split(".") for name in imported_modules(path)]
    found = {part[1] for part in parts if part[0] == "admin" and len(part) > 1}
    return (found & known_places()) - {place_of(path)}


def allowed(place: str) -> set[str]:
    """Return where a place may import from."""
    if place in OPERATOR:
        below = OPERATOR[: OPERATOR.index(place)]
        return set().union(*FLOORS, PUBLIC, below)
    if place in PUBLIC:
        return set(BASE)
    floor = next(number for number, places in enumerate(FLOORS) if place in places)
    beside = {other for upper, other in WITHIN_A_FLOOR if upper == place}
    return set().union(*FLOORS[:floor], beside)


def test_every_place_of_admin_has_a_floor():
    placed = [*set().union(*FLOORS), *PUBLIC, *OPERATOR]
    assert sorted(placed) == sorted(known_places())


@pytest.mark.parametrize("place", sorted(known_places()))
def test_a_place_imports_only_what_lies_on_lower_floors(place):
    for path in files():
        if place_of(path) == place:
            assert places_imported(path) <= allowed(place), path


def test_at_most_ten_modules_lie_directly_in_admin():
    assert len(list(ADMIN.glob("*.py"))) <= 10


def test_at_most_fifteen_files_lie_side_by_side():
    folders = {path.parent for path in files()} | {ADMIN / "templates"}
    folders |= {path for path in (ADMIN / "templates").rglob("*") if path.is_dir()}
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        if (count := sum(path.is_file() for path in folder.iterdir())) > 15
    }
    assert not crowded


@pytest.mark.parametrize("place", ["sealing", "tip", "deadlines", "reading"])
def test_what_is_pure_knows_neither_flask_nor_the_database(place):
    for path in sorted((ADMIN / place).rglob("*.py")):
        tops = {name.split(".")[0] for name in imported_modules(path)}
        assert not tops & {"flask", "sqlalchemy", "wtforms", "flask_wtf"}, path


def test_only_views_and_what_stands_before_services_import_flask():
    with_flask = set()
    for path in files():
        modules = imported_modules(path)
        tops = {name.split(".")[0] for name in modules}
        is_view = "flask.Blueprint" in modules or any(name.endswith(".bp") for name in modules)
        if tops & {"flask", "flask_wtf"} and not is_view and path.name != "__init__.py":
            with_flask.add(str(path.relative_to(ADMIN)))
    assert with_flask == WITH_FLASK


def test_the_site_imports_nothing_of_the_app_but_what_is_pure():
    for path in sorted((ROOT / "site").rglob("*.py")):
        modules = {name for name in imported_modules(path) if name.split(".")[0] == "admin"}
        assert all(name.split(".")[1] == "reading" for name in modules), path


def test_the_app_imports_no_hook_of_the_site():
    for path in sorted(ADMIN.rglob("*.py")):
        assert "hooks" not in {name.split(".")[0] for name in imported_modules(path)}, path
