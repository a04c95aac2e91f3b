"""What makes the build quick and the pages light changes nothing that a reader meets."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest
from markdown.extensions.toc import TocTreeprocessor

from .conftest import ROOT, build_site


def load_hook(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "site" / "hooks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_the_quick_reader_the_same_bytes_are_built(site, tmp_path):
    shutil.copytree(ROOT / "content", tmp_path / "content")
    shutil.copytree(ROOT / "site", tmp_path / "site")
    lines = (ROOT / "mkdocs.yml").read_text("utf-8").splitlines()
    kept = [line for line in lines if "hooks/quick.py" not in line]
    assert len(kept) == len(lines) - 1
    (tmp_path / "mkdocs.yml").write_text("\n".join(kept), "utf-8")

    assert build_site(tmp_path / "out", root=tmp_path).returncode == 0

    slow = {path.relative_to(tmp_path / "out"): path for path in (tmp_path / "out").rglob("*.*")}
    assert {path.relative_to(site) for path in site.rglob("*.*")} == set(slow)
    assert [name for name in slow if (site / name).read_bytes() != slow[name].read_bytes()] == []


@pytest.mark.parametrize(
    ("words", "slimmed"),
    [
        (
            "a{\n  color:red;\n}\n/* why */\nb,\nc{margin:0 auto}\n",
            "a{color:red}b,c{margin:0 auto}",
        ),
        ("a{font:1rem\n  serif}", "a{font:1rem\n  serif}"),
        (".a .b{x:y}\n\n@media print{\n  .c{d:e}\n}\n", ".a .b{x:y}@media print{.c{d:e}}"),
        ("a > b :hover {\n  x: y !important;\n}\n", "a>b :hover{x:y!important}"),
        ("a {\n  width: calc(1rem + 2px);\n}\n", "a{width:calc(1rem + 2px)}"),
    ],
)
def test_a_style_sheet_loses_comments_and_spaces_that_mean_nothing(words, slimmed):
    assert load_hook("slim").slim_style(words) == slimmed


@pytest.mark.parametrize(
    ("words", "slimmed"),
    [
        (
            "// why\n(function () {\n  f();\n\n  // because\n  g();\n})();\n",
            "(function(){f();g();})();\n",
        ),
        ('  var a = "https://x, y";\n', 'var a="https://x, y";\n'),
        ("  return a // b\n", "return a // b\n"),
        ("a = b / c - -d;\n", "a=b / c - -d;\n"),
        ("a = b && / (x|'y) /.test(c);\n", "a=b&&/ (x|'y) /.test(c);\n"),
        ("f(a, // b\n  c\n);\n", "f(a,// b\nc);\n"),
        ("var a = 1\nvar b = [\n  2,\n];\n", "var a=1\nvar b=[2,];\n"),
        (
            "/**\n * @param {number} a\n */\n  function f(a) {}\n  /** @type {X} */\n  var b;\n",
            "function f(a){}\nvar b;\n",
        ),
        (
            "f(/** @type {X} */ (a), function (/** @type {Y} */ b) {});\n",
            "f((a),function(b){});\n",
        ),
    ],
)
def test_a_script_loses_comments_of_their_own_line_and_indentation(words, slimmed):
    assert load_hook("slim").slim_script(words) == slimmed


def test_no_comment_of_ours_reaches_a_phone(site):
    for path in (site / "assets").glob("*.css"):
        assert "/*" not in path.read_text("utf-8"), path
    for path in (site / "assets").glob("*.js"):
        words = path.read_text("utf-8")
        assert "/**" not in words, path
        assert not any(line.startswith(("//", " ")) for line in words.split("\n"))


OPTIONS = {"extensions": ["attr_list", "toc"], "extension_configs": {}}


# What a new Markdown renames does not break the build, it only makes it slow: hence these three.
def test_the_patterns_that_are_skipped_have_the_names_that_markdown_gives_them():
    patterns = load_hook("quick").make(OPTIONS).inlinePatterns
    assert [name for name in load_hook("quick").NEEDED if name not in patterns] == []


def test_a_pattern_is_not_tried_on_words_that_cannot_hold_it(monkeypatch):
    md = load_hook("quick").make(OPTIONS)
    tried = []
    for pattern in md.inlinePatterns:
        name, found = type(pattern).__name__, pattern.getCompiledRegExp()
        monkeypatch.setattr(
            pattern, "getCompiledRegExp", lambda name=name, found=found: tried.append(name) or found
        )
    assert md.convert("words alone") == "<p>words alone</p>"
    assert tried == []
    assert md.convert("`words`") == "<p><code>words</code></p>"
    assert "BacktickInlineProcessor" in tried


def test_no_table_of_contents_is_drawn_that_no_page_shows(monkeypatch):
    drawn = []
    monkeypatch.setattr(TocTreeprocessor, "build_toc_div", lambda *_: drawn.append(1))
    assert "<h1" in load_hook("quick").make(OPTIONS).convert("# A\n\n## B")
    assert drawn == []


def test_other_options_are_read_by_another_reader():
    reader = load_hook("quick").Reader()
    other = {"extensions": ["def_list", "toc"], "extension_configs": {}}
    assert reader(**OPTIONS) is reader(**OPTIONS)
    assert reader(**other) is not reader(**OPTIONS)
    assert reader(**OPTIONS).convert("a\n{: #b }") == '<p id="b">a</p>'
    assert "<dl>" in reader(**other).convert("a\n:   b")


# As `mkdocs serve` does it: the process lives on after a build that failed.
FAILED_BUILD = """
import gc
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
try:
    build(load_config("mkdocs.yml", site_dir="/nowhere"))
except Abort:
    print("failed", gc.isenabled())
"""


def test_a_build_that_failed_leaves_memory_tidied_as_before():
    env = os.environ | {"DENGSHAO_CONFIG": "/nowhere.toml"}
    env.pop("DENGSHAO_DATA", None)
    command = [sys.executable, "-c", FAILED_BUILD]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.stdout == "failed True\n", result.stderr
