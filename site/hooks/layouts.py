"""Style sheets for languages that run another way than Chinese: mirrored, or turned by a diagonal.

Authors write every sheet for lines from left to right, with `left` and `width`, which all engines
know. Arabic script wants the same page seen in a mirror: left and right change places. Mongolian
columns, which begin at the left, want it flipped along its diagonal: what was across is down. Both
are exact, so no sheet needs a second author, and no phone needs to know logical properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from admin.reading.languages import Language

# One declaration of a slimmed sheet; what is followed by { is a selector or the head of a @media.
DECLARATION = re.compile(r"(?<=[{;])([a-z-]+):([^;{}]+)(?=[;}])")
MEDIA = re.compile(r"@media[^{]+")
SIDE = re.compile(r"\b(top|right|bottom|left|width|height|[xy])\b(?!\()")
WORD = re.compile(r"\b(left|right)\b")
UNIT = re.compile(r"(?<=\d)v([wh])\b")
# Four sides, or four corners, in one value.
SIDES = {"margin", "padding", "inset", "border-width", "border-style", "border-color"}
SHADOW = re.compile(r"^(inset )?(\S+) (\S+)")
MIRROR = {"left": "right", "right": "left"}
TURN = {
    "top": "left",
    "left": "top",
    "right": "bottom",
    "bottom": "right",
    "width": "height",
    "height": "width",
    "x": "y",
    "y": "x",
}
RESIZE = {"vertical": "horizontal", "horizontal": "vertical"}
# What only says how a letter or a drawing looks, whatever way lines run.
KEPT = re.compile(r"--|content$|font|stroke|line-height|text-(?:decoration|underline)")


def mirrored(style: str) -> str:
    """Give a sheet for lines from right to left."""
    return DECLARATION.sub(lambda found: declared(found, MIRROR, mirror_value), style)


def turned(style: str) -> str:
    """Give a sheet for lines from top to bottom, the first of them at the left."""
    style = MEDIA.sub(lambda found: SIDE.sub(lambda one: TURN[one[1]], found[0]), style)
    return DECLARATION.sub(lambda found: declared(found, TURN, turn_value), style)


def declared(
    found: re.Match[str], names: dict[str, str], value_of: Callable[[str, str], str]
) -> str:
    name, value = found[1], found[2]
    if KEPT.match(name):
        return found[0]
    # How broad a line is, or the one round what has the focus, is no width of a box.
    is_line = name.endswith("-width") and not name.startswith(("min-", "max-"))
    side, end = (name.removesuffix("-width"), "-width") if is_line else (name, "")
    changed = SIDE.sub(lambda found: names.get(found[1], found[1]), side) + end
    return f"{changed}:{value_of(name, value)}"


def mirror_value(name: str, value: str) -> str:
    if name in SIDES and len(parts := pieces(value)) == 4:
        top, right, bottom, left = parts
        return " ".join((top, left, bottom, right))
    if name == "border-radius" and len(parts := pieces(value)) == 4:
        return " ".join((parts[1], parts[0], parts[3], parts[2]))
    if name in ("text-align", "float", "clear"):
        return WORD.sub(lambda side: MIRROR[side[1]], value)
    return value


def turn_value(name: str, value: str) -> str:
    value = UNIT.sub(lambda unit: f"v{'h' if unit[1] == 'w' else 'w'}", value)
    if name in SIDES and len(pieces(value)) > 1:
        return four(*pieces(value))
    if name == "border-radius" and len(parts := pieces(value)) == 4:
        return " ".join((parts[0], parts[3], parts[2], parts[1]))
    if name == "box-shadow":
        return SHADOW.sub(lambda shadow: f"{shadow[1] or ''}{shadow[3]} {shadow[2]}", value)
    return RESIZE.get(value, value) if name == "resize" else value


def four(top: str, right: str, bottom: str = "", left: str = "") -> str:
    """Flip four sides, or the two or three that say all four, along the diagonal."""
    bottom, left = bottom or top, left or right
    return " ".join((left, bottom, right, top))


def pieces(value: str) -> list[str]:
    """Split a value at its spaces, but not within brackets."""
    return re.findall(r"(?:[^\s(]|\([^()]*(?:\([^()]*\)[^()]*)*\))+", value)


LAYOUTS: dict[str, Callable[[str], str]] = {"rtl": mirrored, "vertical": turned}

# Numbers are read from left to right in every script, telephones, days and receipts in their order.
# Words of the menu may be longer than a fourth of a telephone, and no script is cut within a word.
ALWAYS = """\
a[href^="tel"],a[href^="tel"] b,time,.receipt,code,input[inputmode="numeric"],input[type="tel"]{
direction:ltr;unicode-bidi:isolate}
.strip-110[href],.button[href],.door[href],.number a[href]{direction:inherit}
.nav ul{display:flex;flex-wrap:wrap}
.nav li{flex:1 0 auto}
.nav a,.button,#quick-exit,#search-link,#elder{overflow-wrap:normal}
"""
# Joined letters come apart when they are spaced; what is typed takes the side of its own script.
RTL = """\
h1,h2,h3,.strip-110 *,.receipt__group::before{letter-spacing:0}
textarea,input[type="text"],input:not([type]){unicode-bidi:plaintext;text-align:start}
"""
# A page scrolls sideways. Controls stand upright as their words do where an engine can do that
# (Chromium 119 and Firefox could; that both know sideways-lr is how the newer ones are told), and
# lie as on any other page where it cannot. Pictures, QR codes and the like stay as they are.
VERTICAL = """\
html{writing-mode:vertical-lr;height:100%}
@media (max-width:30rem){
.top{padding-bottom:11rem}
html:not(.elder) .top{position:sticky;padding-bottom:1rem}
html:not(.elder) #quick-exit{position:static}
}
@supports not (writing-mode:sideways-lr){
button,input,select,textarea{writing-mode:horizontal-tb}
.field textarea,.field select,.field input:not([type="radio"]):not([type="checkbox"]){
width:80vw;max-width:30rem;height:auto;min-height:2.75rem}
.field textarea{min-height:7rem}
}
"""
MORE = {"": "", "rtl": RTL, "vertical": VERTICAL}


def own_style(language: Language) -> str:
    """Write the small sheet of one language: its fonts, and what its layout needs besides."""
    names = "".join(f'"{name}",' for name in language.fonts)
    fonts = f"body,button,input,select,textarea{{font-family:{names}system-ui,sans-serif}}\n"
    return (fonts if names else "") + ALWAYS + MORE[language.layout]
