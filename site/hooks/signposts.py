"""Signposts: what to do and whom to call high on a topic, and what a long page holds.

A topic (content/topics/, content/drugs/) says in its front matter what to do now (`now`: two or
three short lines) and whom to call (`call`: ids of hotlines.yml). Both stand after its first lines,
so that they are on the first screen of a small telephone. A page of more than two such screens
lists its headings in a fold; `contents: false` leaves that out where the page itself is a list.
"""

from __future__ import annotations

import re
from typing import Any

from checks import tell
from drawings import drawing
from faults import spoken
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from trail import language_of
from whereabouts import front

TOPIC = re.compile(r"(?:en/)?(?:topics|drugs)/(?!(?:index|glossary)\.md)[a-z-]+\.md")
# A line of the box holds so many letters at 360 pixels; three lines leave room for the numbers.
LINES, WIDTH = (2, 3), {"zh": 16, "en": 32}
# Characters of HTML that fill two screens of 360 by 740 pixels, measured over all our pages; an
# article has as much again above and below its words.
TWO_SCREENS, OF_ARTICLE = 900, 450
FEWEST = 3
# The first heading of a part, with the columns it may stand in beside the official words.
FIRST = re.compile(r'(?:<div class="beside"><div>)?<h2')
# A heading, the lines below it, and the strip with 110: what a reader of a topic sees first.
OPENING = re.compile(
    r'\s*<h1\b.*?</h1>(?:\s*<p>(?!<a class="strip-110").*?</p>)?'
    r'(?:\s*<a class="strip-110".*?</a>)?',
    re.S,
)

# Markdown puts it into a paragraph, which is narrower than what stands above and below.
IN_PARAGRAPH = re.compile(r'<p>(<a class="strip-110".*?</a>)</p>', re.S)
STRIP = '<a class="strip-110" href="tel:110">'
HEADING = re.compile(r'<h2\b[^>]*?\bid="([^"]+)"[^>]*>(.*?)</h2>', re.S)
TAGS = re.compile(r"<[^>]+>")

Data = dict[str, Any]


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> None:
    """Hold the lines of the box to the same words as the page's own."""
    if language_of(page) != "zh":
        return
    for line in page.meta.get("now", []):
        for fault in spoken(line, config.extra["desk"].rules):
            tell(f"{front(page, 'now')}：{fault.say}。", config)


def on_page_context(context: Data, *, page: Page, config: MkDocsConfig, nav: Navigation) -> Data:
    content = str(page.content)
    if STRIP in content:
        content = IN_PARAGRAPH.sub(r"\1", content)
    box, picture = guide(page, config.extra["data"]["hotlines"]), drawing(page, config)
    opening = OPENING.match(content) if box or picture else None
    start = opening.end() if opening else 0
    if box and STRIP in content[:start]:
        # It stands in the line above, larger.
        box["call"] = [item for item in box["call"] if item["number"] != "110"]
    context["guide"], context["drawing"] = box, picture
    first = FIRST.search(content, start)
    end = first.start() if first else len(content)
    # What stands above the box, below it, and from the first heading on.
    context["parts"] = content[:start], content[start:end], content[end:]
    context["contents"] = contents(page, content, below(context.get("article")))
    return context


def below(article: Data | None) -> int:
    """Count the headings that the theme puts under an article."""
    return sum(bool(article[name]) for name in ("topics", "linked_from")) if article else 0


def guide(page: Page, hotlines: Data) -> Data | None:
    """Give the lines and the numbers of a topic's box; a topic without them stops the build."""
    now, call = page.meta.get("now"), page.meta.get("call")
    if fault := fault_of(page, now, call):
        raise PluginError(f"{front(page, 'now')}：{fault}。")
    if not now or not call:
        return None
    known = phones(hotlines)
    if unknown := [one for one in call if one not in known]:
        say = f"call 里的 {'、'.join(unknown)} 不是 hotlines.yml 里有号码的电话"
        raise PluginError(f"{front(page, 'call')}：{say}。")
    return {"now": now, "call": [known[one] for one in call]}


def fault_of(page: Page, now: Any, call: Any) -> str:
    """Say what a topic's front matter lacks, or nothing."""
    if not TOPIC.fullmatch(page.file.src_uri) and now is None and call is None:
        return ""
    if not now or not call:
        return "开头要有 now（现在做什么，两三行）和 call（打给谁，hotlines.yml 的 id）"
    if not LINES[0] <= len(now) <= LINES[1]:
        return f"now 写两三行，现在是 {len(now)} 行"
    if not 1 <= len(call) <= LINES[1]:
        return f"call 写一到三个，现在是 {len(call)} 个"
    width = WIDTH.get(language_of(page), WIDTH["en"])
    long = next((line for line in now if len(line) > width), None)
    return f"now 的「{long}」超过 {width} 个字，手机上一行放不下" if long else ""


def phones(hotlines: Data) -> dict[str, Data]:
    return {
        item["id"]: item
        for item in hotlines["items"]
        if item["kind"] == "phone" and item["number"] and not item.get("retired")
    }


def contents(page: Page, content: str, more: int) -> list[Data]:
    """List the headings of a page that is longer than two screens."""
    least = OF_ARTICLE if "article" in page.meta else TWO_SCREENS
    if len(content) < least or page.meta.get("contents", True) is False:
        return []
    if content.count("<h2") + more < FEWEST:
        return []
    # Those that a hook wrote into the page are not among MkDocs' own (`page.toc`).
    return [
        {"id": anchor, "title": TAGS.sub("", words)} for anchor, words in HEADING.findall(content)
    ]
