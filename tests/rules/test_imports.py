"""Rooms import one way (decision 6); site/ and admin/ never import each other."""

import ast
from pathlib import Path

import pytest

from admin.config import ROOT

ALLOWED = {
    "sealing": set(),
    "vault": {"sealing"},
    "accounts": {"sealing", "vault"},
    "intake": {"sealing", "vault"},
    "mailbox": {"sealing", "vault"},
    "desk": {"sealing", "vault", "accounts"},
    "demo": {"sealing", "vault", "accounts", "intake", "mailbox", "desk"},
    # No room for the public or for staff: it copies all tables and looks at the whole.
    "backup": {"sealing", "vault", "accounts"},
}
# The house's own modules that serve an operator, or work by the clock over what the rooms keep (the
# sweep, the letters): they may import every room, as cli.py does.
OPERATOR = {"__init__.py", "cli.py", "notices.py", "sweeper.py", "server.py", "serving.py"}


def imported_modules(path: Path) -> set[str]:
    """Full names of all modules that a file of admin/ imports, relative ones resolved."""
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


def rooms_of(modules: set[str]) -> set[str]:
    parts = [name.split(".") for name in modules]
    return {part[1] for part in parts if part[0] == "admin" and len(part) > 1} & set(ALLOWED)


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_the_rooms_below_it(room):
    for path in sorted((ROOT / "admin" / room).rglob("*.py")):
        others = rooms_of(imported_modules(path)) - {room}
        assert others <= ALLOWED[room], f"{path}: {others - ALLOWED[room]}"


def test_the_house_imports_no_room():
    for path in sorted((ROOT / "admin").glob("*.py")):
        if path.name not in OPERATOR:
            assert not rooms_of(imported_modules(path)), path


def test_sealing_knows_neither_flask_nor_the_database():
    for path in sorted((ROOT / "admin" / "sealing").glob("*.py")):
        tops = {name.split(".")[0] for name in imported_modules(path)}
        assert not tops & {"flask", "sqlalchemy", "wtforms", "flask_wtf"}, path


def test_services_never_see_a_request():
    for path in sorted((ROOT / "admin").rglob("services.py")):
        assert not {"flask.request", "flask.g", "flask.session"} & imported_modules(path), path


@pytest.mark.parametrize(("folder", "other"), [("site", "admin"), ("admin", "hooks")])
def test_the_site_and_the_app_never_import_each_other(folder, other):
    for path in sorted((ROOT / folder).rglob("*.py")):
        tops = {name.split(".")[0] for name in imported_modules(path)}
        assert other not in tops, path
