"""What makes the build quick and the pages light changes nothing that a reader meets."""

import importlib.util
import shutil

import pytest

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
    ],
)
def test_a_style_sheet_loses_comments_and_spaces_that_mean_nothing(words, slimmed):
    assert load_hook("slim").slim_style(words) == slimmed


@pytest.mark.parametrize(
    ("words", "slimmed"),
    [
        (
            "// why\n(function () {\n  f();\n\n  // because\n  g();\n})();\n",
            "(function () {\nf();\ng();\n})();\n",
        ),
        ('  var a = "https://x";\n', 'var a = "https://x";\n'),
        ("  return a // b\n", "return a // b\n"),
    ],
)
def test_a_script_loses_comments_of_their_own_line_and_indentation(words, slimmed):
    assert load_hook("slim").slim_script(words) == slimmed


def test_no_comment_of_ours_reaches_a_phone(site):
    for path in (site / "assets").glob("*.css"):
        assert "/*" not in path.read_text("utf-8"), path
    for path in (site / "assets").glob("*.js"):
        assert not any(line.startswith(("//", " ")) for line in path.read_text("utf-8").split("\n"))
