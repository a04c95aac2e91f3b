"""A small invented law in three kinds of files, and somebody who imports it."""

import json
import zipfile
from io import BytesIO

import pytest
from click.testing import CliRunner

from admin.commands.texts import law

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

# Invented from the first to the last word; only the title is a law's.
HEAD = ["戒毒条例", "（2030年1月2日演示机关通过 根据2031年3月4日《演示决定》修订）"]
CONTENTS = ["目　　录", "第一章　总　　则", "第二章　附　　则"]
ARTICLES = [
    ["第一条　演示用的第一句。"],
    ["第二条　下列两样：", "（一）第一样；", "（二）第二样。", "第一条说的，也算。"],
    ["第三条　第三句<&>。"],
    ["第四条　本条例自2030年5月6日起施行。"],
]


def small_law(articles=ARTICLES):
    chapters = ["第一章　总　　则"], ["第二章　附　　则"]
    first, last = articles[:-1], articles[-1:]
    parts = [HEAD, CONTENTS, chapters[0], *first, chapters[1], *last]
    return [line for part in parts for line in part]


def as_docx(lines, *, body=None, parts=None, packed=zipfile.ZIP_DEFLATED):
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]
    # Word breaks a sentence into runs wherever somebody once put the cursor.
    paragraphs = "".join(
        f"<w:p><w:r><w:t>{line[:3]}</w:t></w:r><w:r><w:t>{line[3:]}</w:t></w:r></w:p>"
        if "&" not in line
        else f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"
        for line in escaped
    )
    document = body or f"<w:document {W} {MC}><w:body>{paragraphs}</w:body></w:document>"
    file = BytesIO()
    with zipfile.ZipFile(file, "w", packed) as package:
        for name, content in (parts or {"word/document.xml": document}).items():
            package.writestr(name, content)
    return file.getvalue()


FORMS = {
    "md": lambda lines: "\n\n".join(["# " + lines[0], "<!-- INFO END -->", *lines[1:]]).encode(),
    "txt": lambda lines: "\r\n".join(lines).encode("gb18030"),
    "docx": as_docx,
}


def changed(*changes):
    """Give the small law with each article that is named replaced, or left out by None."""
    articles = {number: list(article) for number, article in enumerate(ARTICLES, 1)}
    articles |= dict(changes)
    return [article for article in articles.values() if article is not None]


class Operator:
    """Somebody at a terminal, with a data folder and a folder of downloads."""

    def __init__(self, downloads, data):
        self.downloads, self.folder = downloads, data / "law"

    def run(self, *arguments):
        return CliRunner().invoke(law, list(arguments))

    def file(self, name, content):
        path = self.downloads / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def take(self, articles=ARTICLES, *more, form="md", count=4, name="law"):
        path = self.file(f"{name}.{form}", FORMS[form](small_law(articles)))
        return self.run("import", path, "--articles", str(count), *more)

    def stored(self, law_id="treatment"):
        return json.loads((self.folder / f"{law_id}.json").read_text("utf-8"))

    def everything(self):
        return {path.name: path.read_bytes() for path in self.folder.glob("*")}


@pytest.fixture
def operator(tmp_path, monkeypatch):
    data = tmp_path / "data"
    monkeypatch.setenv("DENGSHAO_DATA", str(data))
    return Operator(tmp_path, data)
