"""What is learnt from asked.yml is kept, and never outlives what it was learnt from."""

import pytest

KINDS = ["fire"]
GROUPS = [{"id": "sand", "words": ["砂石"], "pages": ["topics/sand.md"]}]
LINES = {
    "dangers": {"fire": "家里着火了\n着火了怎么办\nour house is on fire"},
    "calm": "今天天气好\n着急吃饭\nnice weather",
    "pages": {"topics/sand.md": "河里的砂石\nsand in the river"},
}
MORE = {**LINES, "calm": f"{LINES['calm']}\n天上着火的云"}


@pytest.fixture
def learnt(hook, tmp_path, monkeypatch):
    """The hook, with a place of its own to keep what it learns, in a Python that keeps bytecode."""
    module = hook("learnt")
    monkeypatch.setattr(module, "KEPT", tmp_path / "kept" / "asked.json")
    monkeypatch.setattr(module.sys, "dont_write_bytecode", False)
    return module


@pytest.fixture
def lessons(learnt, monkeypatch):
    """Count how often something is learnt."""
    counted = []
    learn = learnt.asked.parts
    monkeypatch.setattr(
        learnt.asked, "parts", lambda *given: counted.append(given) or learn(*given)
    )
    return counted


def test_the_same_lines_are_learnt_from_once_and_say_the_same(learnt, lessons):
    first = learnt.parts(LINES, KINDS, GROUPS)
    assert learnt.parts(LINES, KINDS, GROUPS) == first == learnt.asked.parts(LINES, KINDS, GROUPS)
    assert len(lessons) == 2  # Once by the hook, once in the line above.


@pytest.mark.parametrize(
    "other",
    [
        (MORE, KINDS, GROUPS),
        (LINES, KINDS, []),
        (LINES | {"dangers": {"water": LINES["dangers"]["fire"]}}, ["water"], GROUPS),
    ],
    ids=["a line more", "other synonyms", "another kind of danger"],
)
def test_other_lines_are_learnt_anew(learnt, lessons, other):
    learnt.parts(LINES, KINDS, GROUPS)
    assert learnt.parts(*other) == learnt.asked.parts(*other)
    assert len(lessons) == 3


def test_other_code_learns_anew(learnt, lessons, tmp_path, monkeypatch):
    learnt.parts(LINES, KINDS, GROUPS)
    for name in learnt.CODE:
        (tmp_path / name).write_text("# other\n", "utf-8")
    monkeypatch.setattr(learnt, "HOOKS", tmp_path)
    learnt.parts(LINES, KINDS, GROUPS)
    assert len(lessons) == 2


@pytest.mark.parametrize("left", ["", "{", "[]", "{}", '{"of": "x"}', "\udcff"])
def test_what_was_not_kept_whole_is_learnt_anew(learnt, lessons, left):
    good = learnt.parts(LINES, KINDS, GROUPS)
    learnt.KEPT.write_bytes(left.encode("utf-8", "surrogateescape"))
    assert learnt.parts(LINES, KINDS, GROUPS) == good
    assert learnt.parts(LINES, KINDS, GROUPS) == good
    assert len(lessons) == 2


def test_a_folder_that_cannot_be_written_costs_time_alone(learnt, lessons, tmp_path):
    (tmp_path / "kept").write_text("no folder", "utf-8")
    assert learnt.parts(LINES, KINDS, GROUPS) == learnt.parts(LINES, KINDS, GROUPS)
    assert len(lessons) == 2


def test_who_wants_no_bytecode_gets_nothing_written(learnt, monkeypatch):
    monkeypatch.setattr(learnt.sys, "dont_write_bytecode", True)
    learnt.parts(LINES, KINDS, GROUPS)
    assert not learnt.KEPT.exists()
