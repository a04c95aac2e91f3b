"""How style sheets are seen in a mirror, and flipped for columns."""

import pytest

from admin.config import ROOT
from admin.reading.languages import languages_of
from tests.pseudo import RTL, VERTICAL

# As written, from right to left, in columns.
DECLARATIONS = [
    ("margin-left:1rem", "margin-right:1rem", "margin-top:1rem"),
    ("margin-right:auto", "margin-left:auto", "margin-bottom:auto"),
    ("margin:0 1rem", "margin:0 1rem", "margin:1rem 0 1rem 0"),
    ("margin:1px 2px 3px", "margin:1px 2px 3px", "margin:2px 3px 2px 1px"),
    ("padding:1px 2px 3px 4px", "padding:1px 4px 3px 2px", "padding:4px 3px 2px 1px"),
    (
        "padding:.4rem max(1rem,50% - 21rem)",
        "padding:.4rem max(1rem,50% - 21rem)",
        "padding:max(1rem,50% - 21rem) .4rem max(1rem,50% - 21rem) .4rem",
    ),
    ("border-left:2px solid red", "border-right:2px solid red", "border-top:2px solid red"),
    ("border-width:1px 0", "border-width:1px 0", "border-width:0 1px 0 1px"),
    ("border-left-width:1px", "border-right-width:1px", "border-top-width:1px"),
    ("border-radius:0 4px 4px 0", "border-radius:4px 0 0 4px", "border-radius:0 0 4px 4px"),
    ("top:0", "top:0", "left:0"),
    ("right:1rem", "left:1rem", "bottom:1rem"),
    ("width:100%", "width:100%", "height:100%"),
    ("max-width:38em", "max-width:38em", "max-height:38em"),
    ("width:calc(50vw + 2rem)", "width:calc(50vw + 2rem)", "height:calc(50vh + 2rem)"),
    ("overflow-x:auto", "overflow-x:auto", "overflow-y:auto"),
    ("scroll-padding-top:4rem", "scroll-padding-top:4rem", "scroll-padding-left:4rem"),
    ("resize:vertical", "resize:vertical", "resize:horizontal"),
    ("text-align:left", "text-align:right", "text-align:left"),
    ("float:left", "float:right", "float:left"),
    (
        "box-shadow:inset 0 -.2rem red",
        "box-shadow:inset 0 -.2rem red",
        "box-shadow:inset -.2rem 0 red",
    ),
    # Nothing of these says where something lies.
    ('content:"left"', 'content:"left"', 'content:"left"'),
    ("--left:1px", "--left:1px", "--left:1px"),
    ("stroke-width:2", "stroke-width:2", "stroke-width:2"),
    ("flex-direction:row", "flex-direction:row", "flex-direction:row"),
    ("vertical-align:top", "vertical-align:top", "vertical-align:top"),
]


@pytest.mark.parametrize(("written", "mirrored", "turned"), DECLARATIONS)
def test_a_declaration_is_mirrored_or_turned_by_its_meaning(hook, written, mirrored, turned):
    layouts = hook("layouts")
    sheet = "@media (max-width:9rem){{.left:hover{{color:red;{}}}}}"

    assert layouts.mirrored(sheet.format(written)) == sheet.format(mirrored)
    turned_sheet = sheet.replace("max-width", "max-height").format(turned)
    assert layouts.turned(sheet.format(written)) == turned_sheet


def test_twice_mirrored_and_twice_turned_every_sheet_is_what_it_was(hook):
    layouts, slim = hook("layouts"), hook("slim")

    for path in (ROOT / "site" / "theme" / "assets").glob("*.css"):
        # Two sides that stand for four come back as four.
        once = layouts.turned(layouts.turned(slim.slim_style(path.read_text("utf-8"))))
        assert layouts.turned(layouts.turned(once)) == once, path.name
        assert layouts.mirrored(layouts.mirrored(once)) == once, path.name


def test_the_own_sheet_of_a_language_has_its_fonts_and_keeps_numbers_in_order(hook):
    languages = languages_of({"items": [RTL.entry, VERTICAL.entry]})

    rtl, columns = (hook("layouts").own_style(one) for one in languages.values())

    assert 'font-family:"UKIJ Tuz","Noto Sans Arabic","DejaVu Sans",system-ui' in rtl
    assert "direction:ltr;unicode-bidi:isolate" in rtl
    assert "writing-mode" not in rtl
    assert "writing-mode:vertical-lr" in columns
