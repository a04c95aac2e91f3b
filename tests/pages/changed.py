"""What another district has changed: each of it shows elsewhere, so one build shows all of it."""

import datetime
import re

from admin.desk.bulletins.publishing import page_of
from admin.models import Bulletin

from .publications import publish
from .reported import report_twice

POLICE = "0a1b 2c3d 4e5f 6071 8293 a4b5 c6d7 e8f9"
DRUGS = "1111 2222 3333 4444 5555 6666 7777 8888"
KEYS = f"""items:
  - {{id: drugs, fingerprint: {DRUGS}}}
  - {{id: police, fingerprint: {POLICE}}}"""
# A newer notice, whatever it is called.
NOTICE = "2027-01-01-aaa"
_NOTICE = """---
description: 测试
date: 2027-01-01
reviewed: 2026-11-25
---
# 更新的通知
"""
# What `dengshao bulletins publish` writes: of the law it says what needs a source elsewhere.
BULLETIN = Bulletin(
    title="几个乡镇查处拦路收费",
    body="2026年下半年，有人拦路收费。几个人被拘留，法院判处一人徒刑。\n钱已经退还1,500元!",
)
BULLETIN_DAY = datetime.date(2026, 12, 31)
BULLETIN_FILE = f"{BULLETIN_DAY}-bulletin-0123abcd"
_CHANGES = [
    ("data/keys.yml", "items: []", KEYS),
    ("data/places.yml", "number: 待填写", "number: 010-5550100"),
    ("data/places.yml", "zh: 大网格", "zh: 一级网格"),
    ("data/posters.yml", "    id: loans\n", "    id: loans\n    retired: true\n"),
    ("data/footer.yml", "tip_url: /tip/", "tip_url: https://tip.example/"),
]


def change(root, name, old, new):
    path = root / "content" / name
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")


def change_much(root):
    for name, old, new in _CHANGES:
        change(root, name, old, new)
    (root / "content" / "news" / f"{NOTICE}.md").write_text(_NOTICE, "utf-8")
    page = page_of(BULLETIN, BULLETIN_DAY)
    (root / "content" / "news" / f"{BULLETIN_FILE}.md").write_text(page, "utf-8")
    publish(root / "content")
    report_twice(root)
    overdue(root)


def overdue(root):
    """Let nobody have read the page of help for years."""
    page = root / "content" / "help" / "index.md"
    words = page.read_text("utf-8")
    page.write_text(re.sub(r"(?m)^reviewed: .*$", "reviewed: 2020-01-01", words), "utf-8")
