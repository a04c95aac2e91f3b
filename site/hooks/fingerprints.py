"""The fingerprints of the units' keys, as two people read them to each other (used by marks.py)."""

from __future__ import annotations

from typing import Any

from keys_file import routes_digest
from mkdocs.exceptions import PluginError
from sayings import named, say

NONE_YET = {
    "zh": "还没有承办单位公布钥匙的指纹。没有公布，表单就不收交给它的线索。",
    "en": "No unit has published the fingerprint of its key yet. Until it does, the form takes "
    "nothing for it.",
}
DEMO = {
    "zh": "您看到的要是演示网站，演示用的钥匙不列在这里。",
    "en": "On a demonstration site, the demonstration’s keys are not listed here.",
}
ROUTES = {"zh": "去向：哪类事送到哪个单位", "en": "The route: what goes to which unit"}
CHECKED = {"zh": "核对日期：", "en": "Checked on "}

Data = dict[str, Any]


def lists(data: Data, language: str) -> str:
    """Make one numbered list for each unit that has published a key, in the order of routes.yml."""
    items = [item for item in data["keys"]["items"] if "retiring" not in item]
    published = {item["id"]: item["fingerprint"] for item in items}
    if len(published) < len(items):
        raise PluginError("keys.yml 里有一个单位写了两把现用的密钥，只能留一把")
    units = {unit["id"]: named(unit, language) for unit in data["routes"]["items"]}
    if unknown := sorted(set(published) - set(units)):
        raise PluginError(f"keys.yml 里的 {unknown[0]}，routes.yml 里没有这个单位")
    if not published:
        notice = f'<p class="notice">{say(NONE_YET, language)}<br>{say(DEMO, language)}</p>'
        return f"{notice}\n\n{routes(data, language)}"
    shown = [one(name, published[unit]) for unit, name in units.items() if unit in published]
    shown.append(routes(data, language))
    day = f'<p class="meta">{say(CHECKED, language)}{data["keys"]["checked"]}</p>'
    return "\n\n".join([*shown, day])


def routes(data: Data, language: str) -> str:
    """Show the half of the routes' hash that two people can read to each other: 128 bits."""
    digest = routes_digest(data)
    groups = " ".join(digest[place : place + 4] for place in range(0, 32, 4))
    return one(say(ROUTES, language), groups)


def one(unit: str, fingerprint: str) -> str:
    # In numbered groups: whoever reads aloud says 第三组, and both know where they are.
    groups = "".join(f'<li class="receipt__group">{part}</li>' for part in fingerprint.split())
    return f'<h3>{unit}</h3>\n<ol class="receipt">{groups}</ol>'
