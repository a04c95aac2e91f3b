"""A file that is no law, or was changed on the way, is refused in plain words."""

import random
import zipfile

import pytest

from admin.reading import law_lines
from tests.admin.law.conftest import MC, W, as_docx, small_law


def test_a_text_box_is_read_once_and_deleted_words_are_not():
    body = (
        f"<w:document {W} {MC}><w:body><w:p><w:r><w:t>甲</w:t><w:tab/></w:r>"
        "<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
        "<w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:r><w:t>乙</w:t></w:r></w:p>"
        "</w:body></w:document>"
    )
    assert law_lines.read_lines("a.docx", as_docx([], body=body)) == ["框", "甲 乙"]


def bomb():
    body = f"<w:document {W}><w:p><w:t>" + "a" * law_lines.MOST_XML
    return as_docx([], body=body)


def locked():
    """A .docx whose part says that it is locked by a passphrase."""
    content = bytearray(as_docx(small_law()))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


MANY = {f"word/{number}.xml": "" for number in range(law_lines.MOST_PARTS + 1)}
MACRO = {"word/document.xml": "<a/>", "word/vbaProject.bin": "x"}
DOCTYPE = f'<!DOCTYPE d [<!ENTITY a "aaaa">]><w:document {W}><w:p><w:t>&a;</w:t></w:p></w:document>'
ENCODED = f'<?xml version="1.0" encoding="none"?><w:document {W}/>'
FILES = {
    "empty": ("a.txt", "", "没有找到一条法条"),
    "no law": ("a.md", "# 通知\n\n明天开会。", "没有找到一条法条"),
    "no title": ("a.md", "第一条　一句话。", "没有标题"),
    "another law": (
        "a.md",
        "# 演示法\n\n第一条　一句话。",
        "标题是「演示法」，content/data/laws.yml 里没有这部法",
    ),
    "not letters": ("a.txt", b"\x80\xff\x00\xff", "读不出的字"),
    "zero bytes": ("a.txt", "戒毒条例\x00", "读不出的字"),
    "huge": ("a.txt", b"a" * (law_lines.MOST_BYTES + 1), "文件太大"),
    "an old .doc": ("a.doc", b"\xd0\xcf\x11\xe0", "请先另存为 .docx"),
    "no zip": ("a.docx", b"PK\x03\x04 no zip", "打不开"),
    "a torn zip": ("a.docx", as_docx(small_law())[:-60], "打不开"),
    "locked": ("a.docx", locked(), "打不开"),
    "no words in it": ("a.docx", as_docx([], parts={"a.xml": "<a/>"}), "没有正文"),
    "broken inside": ("a.docx", as_docx([], body="<w:p>"), "里面损坏了"),
    "entities": ("a.docx", as_docx([], body=DOCTYPE), "DOCTYPE"),
    "macros": ("a.docx", as_docx([], parts=MACRO), "带着宏"),
    "too many parts": ("a.docx", as_docx([], parts=MANY), "东西太多"),
    "a zip bomb": ("a.docx", bomb(), "解开以后太大"),
    # Nothing bounds what these unpack to at a time: they are not unpacked at all.
    "packed by bzip2": ("a.docx", as_docx([], packed=zipfile.ZIP_BZIP2), "压缩办法不认识"),
    "packed by lzma": ("a.docx", as_docx([], packed=zipfile.ZIP_LZMA), "压缩办法不认识"),
    "an encoding of no letters": ("a.docx", as_docx([], body=ENCODED), "打不开"),
}


@pytest.mark.parametrize(("name", "content", "complaint"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_law_is_refused_in_plain_words(operator, name, content, complaint):
    result = operator.run("import", operator.file(name, content))

    assert result.exit_code == 1
    assert complaint in result.output
    assert "没有导入，什么也没改" in result.output
    assert not operator.folder.exists()


def test_whatever_bytes_of_a_docx_were_changed_it_is_read_or_refused():
    whole = as_docx(small_law())
    lines = law_lines.read_lines("a.docx", whole)
    chance = random.Random(12)
    refused = 0
    for _ in range(400):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        try:
            assert law_lines.read_lines("a.docx", bytes(flipped)) == lines
        except law_lines.Unreadable:
            refused += 1
    assert refused
