"""What a dataclass holds does not change once it is made, but for those that count or collect."""

import ast

from admin.config import ROOT

CHANGING = {
    *("Report", "Chain", "Puzzle"),  # how far a walk along the audit log has come
    *(
        "Manifest",
        "_Cut",
        "LawIndex",
        "Outcome",
        "_Journals",
        "Forward",
        "Backward",
        "Returning",
        "Journal",
        "Sitting",
        "Writer",
        "Carried",
        "Done",
        "FilesMove",
        "Moved",
    ),  # filled in while something is read or written
    *("Talk", "Visit", "SentForm"),  # what one request learns
    *(
        "_Hour",
        "Hour",
        "Brakes",
        "Group",
        "Keeper",
        "Lot",
        "Sender",
        "PageCache",
    ),  # what a process counts and keeps
}


def dataclasses():
    """Yield each dataclass of ours: its name, and whether it is frozen."""
    for path in [*(ROOT / "admin").rglob("*.py"), *(ROOT / "site" / "hooks").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                text = ast.unparse(decorator)
                if isinstance(node, ast.ClassDef) and text.startswith("dataclass"):
                    yield node.name, "frozen=True" in text


def test_only_what_counts_or_collects_can_be_changed():
    assert {name for name, is_frozen in dataclasses() if not is_frozen} == CHANGING
