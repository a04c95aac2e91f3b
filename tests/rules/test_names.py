"""Names that gave way to the field's own stay away, and a class's name means one thing."""

import ast
import io
import tokenize
from collections import defaultdict
from functools import cache

import pytest

from admin.config import ROOT

ADMIN = ROOT / "admin"
RETIRED = {
    "house": "app_state",
    "House": "AppState",
    "Deed": "BulkAction",
    "deed": "bulk_action",
    "Walk": "IndexScan",
    "Brought": "FormFiles",
    "TakingTurns": "RequestLock",
    "Stamps": "Signer",
    "stamps": "signing",
    "Tickets": "UploadTokens",
    "tickets": "upload_tokens",
    "enrol": "issuing",
    "halves": "recovery_shares",
    "ties": "tip_links",
    "bringing": "file_intake",
    "plain_way": "no_js",
    "scripted": "js_api",
    "slowing": "throttle",
    "turns": "request_lock",
    "PatientWorker": "ReadAheadWorker",
    "whole_patience": "request_seconds",
    "Told": "EventWord, FileOutcome",
    "told_left": "left_out",
    "Tray": "FileBuffers",
    "TrayFile": "FileBuffer",
}
"""A retired name, and the one that stands for it now: an identifier, or a module's name."""
ALIKE = {"Row", "Page", "Line", "Reason"}
"""Names so wide that each package means something else by them."""


@cache
def sources():
    return sorted(path for path in ADMIN.rglob("*.py") if "migrations" not in path.parts)


@cache
def identifiers(path):
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


@pytest.mark.parametrize("name", RETIRED)
def test_a_retired_name_is_no_identifier_and_no_module(name):
    found = [str(path.relative_to(ADMIN)) for path in sources() if name in identifiers(path)]
    found += [str(path.relative_to(ADMIN)) for path in sources() if path.stem == name]

    assert found == [], RETIRED[name]


def test_no_class_has_a_name_that_means_something_else_in_every_package():
    classes = defaultdict(list)
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(str(path.relative_to(ADMIN)))

    assert {name: classes[name] for name in ALIKE & set(classes)} == {}
