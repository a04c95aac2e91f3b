"""Two invented languages: one from right to left, one in columns, a third longer than English.

No word of them means anything, and none is shipped: they show in tests what a page does whose
script runs another way. They are made of the English words, letter by letter; numbers, marks and
holes stay.
"""

import importlib
import re
import shutil
import sys
from dataclasses import dataclass
from math import ceil

import jinja2
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from admin.config import ROOT

# Not translated: holes of sentences, marks and tags of pages, addresses of links.
KEPT = re.compile(r"(%\(\w+\)\w|\{[^{}\n]*\}|<[^>]*>|&\w+;|\]\([^)]*\))")
LATIN = re.compile(r"[A-Za-z]+")
LONGER = 0.3
HOOKS = ROOT / "site" / "hooks"
# Of the build's own words: the hooks that have some, each a table of Chinese and English ones.
WITH_WORDS = ("marks", "trail", "hotlines", "deadlines", "fingerprints")
# Townships have no words in these languages, and are shown in Chinese.
TRANSLATED = ("footer", "categories", "choices", "hotlines", "outcomes", "routes", "scope")


@dataclass(frozen=True)
class Pseudo:
    entry: dict
    letters: str

    @property
    def id(self):
        return self.entry["id"]

    def of(self, words):
        """Write words in this script."""
        pieces = KEPT.split(words)
        pieces[::2] = [LATIN.sub(lambda word: self._word(word[0]), one) for one in pieces[::2]]
        return "".join(pieces)

    def _word(self, word):
        more = word[: ceil(len(word) * LONGER)] if len(word) > 2 else ""
        return "".join(self.letters[ord(one) % len(self.letters)] for one in word + more)


RTL = Pseudo(
    {"id": "qaa", "tag": "ug", "name": "ئۆزى", "locale": "ug", "direction": "rtl"}
    | {"fonts": ["UKIJ Tuz", "Noto Sans Arabic", "DejaVu Sans"]},
    "ابتجدرزسشغفقكلمنھويئپچژڭ",
)
VERTICAL = Pseudo(
    {"id": "qab", "tag": "mn-Mong", "name": "ᠥᠪᠡᠷ", "locale": "mn", "vertical": True}
    | {"fonts": ["Noto Sans Mongolian"]},
    "ᠠᠡᠢᠣᠤᠥᠦᠨᠪᠫᠬᠭᠮᠯᠰᠱᠲᠳᠴᠵᠶᠷ",
)
BOTH = (RTL, VERTICAL)

PAGES = {
    "report/index.md": (
        "Tell what you saw",
        "Nobody asks for your name, and a report proves nothing by itself.\n\n{tip} {tip:practice} "
        "{mailbox}\n\n## What happens then\n\n1. You copy thirty-six digits.\n2. Staff answer "
        "within {deadline:scope}.\n\n> Quoted words stand apart.\n\nRing {tel:110} in danger, "
        "see [who can see what](who-can-see.md) and [help](../help/index.md).",
    ),
    "report/who-can-see.md": (
        "Who can see what",
        "- The server sees no word of it.\n- Nobody keeps an address.\n\n"
        "The unit\n:   your words\n\nYou\n:   the answers, and nothing else\n",
    ),
    "help/index.md": (
        "Find help",
        '<div class="notice notice--help" markdown="1">\nYou are not alone.\n</div>\n\n'
        "- [All numbers](hotlines.md)\n- [Report](../report/index.md)",
    ),
    "help/hotlines.md": ("All numbers", "{hotlines:danger}\n\n{hotlines}"),
    "law/index.md": (
        "Know the law",
        "Nobody is guilty before a court says so.\n\n## Sorts of things\n\n### Smaller\n\nLoans, "
        "cards and more of such long words, as organizations, responsibilities and so forth.",
    ),
}


def make_third(root):
    """Copy what the build reads to a folder, and add both languages to it; the app reads it too."""
    for name in ("content", "site"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "admin" / "translations", root / "admin" / "translations")
    _add_entries(root / "content" / "data" / "languages.yml")
    for name in TRANSLATED:
        _translate_data(root / "content" / "data" / f"{name}.yml")
    for one in BOTH:
        _write_pages(root / "content", one)
        _write_catalogue(root / "admin" / "translations", one)


def _add_entries(path):
    found = yaml.safe_load(path.read_text("utf-8"))
    found["items"] += [one.entry for one in BOTH]
    path.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=9999), "utf-8")


def _translate_data(path):
    found = yaml.safe_load(path.read_text("utf-8"))
    _walk(found)
    path.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=9999), "utf-8")


def _walk(found):
    if isinstance(found, list):
        for one in found:
            _walk(one)
    if isinstance(found, dict):
        for one in list(found.values()):
            _walk(one)
        for spoken in BOTH:
            if isinstance(found.get("en"), str) and "zh" in found:
                found[spoken.id] = spoken.of(found["en"])
            if f"{found.get('page')}index.md" in PAGES:
                found[f"page_{spoken.id}"] = f"{spoken.id}/{found['page']}"


def _write_pages(content, spoken):
    source = (content / "en" / "index.md").read_text("utf-8")
    _before, front, _words = source.split("---\n", 2)
    home = _front(yaml.safe_load(front), spoken)
    for door in home["doors"]:
        door["page"] = door["page"].replace("en/", f"{spoken.id}/")
    _write(content, "index.md", spoken, home, "Do you have a receipt? {mailbox}")
    for name, (title, words) in PAGES.items():
        front = {"title": spoken.of(title), "description": spoken.of(title), "styles": ["form"]}
        _write(content, name, spoken, front, f"# {title}\n\n{words}")


def _front(found, spoken):
    if isinstance(found, dict):
        kept = ("lang", "pair", "template", "icon", "page", "reviewed", "styles", "scripts")
        return {key: one if key in kept else _front(one, spoken) for key, one in found.items()}
    if isinstance(found, list):
        return [_front(one, spoken) for one in found]
    return spoken.of(found) if isinstance(found, str) else found


def _write(content, name, spoken, front, words):
    path = content / spoken.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    # The day is the one on which the page stands in the copied site: nobody has to renew it.
    reviewed = re.search(r"reviewed: (\S+)", (content / name).read_text("utf-8"))[1]
    front |= {"lang": spoken.id, "pair": name, "reviewed": yaml.safe_load(reviewed)}
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    path.write_text(f"---\n{head}---\n{spoken.of(words)}\n", "utf-8")


def _write_catalogue(folder, spoken):
    with (ROOT / "admin/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        english = {row.id: row.string for row in read_po(file) if row.id}
    catalogue = Catalog(locale=spoken.entry["locale"])
    for chinese, words in (site_words() | english).items():
        catalogue.add(chinese, spoken.of(words))
    path = folder / spoken.id / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as text, path.with_suffix(".mo").open("wb") as compiled:
        write_po(text, catalogue, width=0)
        write_mo(compiled, catalogue)


def site_words():
    """Pair the build's own Chinese words with the English ones."""
    before = set(sys.modules)
    sys.path.insert(0, str(HOOKS))
    modules = [importlib.import_module(name) for name in WITH_WORDS]
    sys.path.remove(str(HOOKS))
    for name in set(sys.modules) - before:
        if str(HOOKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    theme = jinja2.Environment(autoescape=True).from_string(
        (ROOT / "site/theme/partials/words.html").read_text("utf-8")
    )
    tables = [theme.module.words, *(one for module in modules for one in vars(module).values())]
    pairs = {}
    for table in tables:
        if isinstance(table, dict) and set(table) == {"zh", "en"}:
            pairs |= _paired(table["zh"], table["en"])
    return pairs


def _paired(chinese, english):
    if isinstance(chinese, str):
        return {chinese: english}
    keys = chinese if isinstance(chinese, dict) else range(len(chinese))
    pairs = {}
    for one in keys:
        # What only Chinese pages say may have no English: any word will do here.
        is_there = one in english if isinstance(english, dict) else True
        pairs |= _paired(chinese[one], english[one] if is_there else "Word")
    return pairs
