"""The lines of a file that holds a law: Markdown, plain text, or .docx.

The National Database of Laws offers the last two. A file comes from somebody's download folder, so
nothing in it is believed: its size and what it unpacks to are limited, a document type (the door to
entities) and macros are refused, and no other part of a .docx is looked into.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import IO, Final
from xml.parsers import expat

MOST_BYTES: Final = 4 * 1024**2
MOST_XML: Final = 16 * 1024**2
MOST_PARTS: Final = 500
_CHUNK: Final = 64 * 1024
_BODY: Final = "word/document.xml"
# What Word and WPS write. zipfile bounds what it unpacks at a time for these alone.
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that zipfile and expat make of bytes that were changed on the way. RuntimeError: a part is
# locked by a passphrase. NotImplementedError: an odd way of packing. LookupError: an odd encoding.
_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(ValueError, LookupError, OverflowError, RuntimeError, NotImplementedError),
)
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
# The same words a second time, for programs that do not know the first way of drawing them.
_FALLBACK: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_COMMENT: Final = re.compile(r"<!--.*?-->", re.S)


class Unreadable(Exception):
    """The file is not one that we read. The message is a sentence for the operator."""


def read_lines(name: str, content: bytes) -> list[str]:
    """Give the paragraphs of a file, by the ending of its name."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"文件太大：超过 {MOST_BYTES // 1024**2} MB，不像一部法律。")
    reader = _READERS.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise Unreadable("只读 .md、.txt、.docx 三种文件。旧的 .doc 请先另存为 .docx。")
    return [line for line in map(_tidy, reader(content)) if line]


def _tidy(line: str) -> str:
    """Make every kind of space one plain space, and drop what is no letter (BOM, zero width)."""
    return " ".join(re.sub(r"[\ufeff\u200b-\u200f\u2060]", "", line).split())


def _markdown(content: bytes) -> list[str]:
    words = _COMMENT.sub("", _decode(content))
    return [line.strip().lstrip("#").replace("**", "") for line in words.splitlines()]


def _text(content: bytes) -> list[str]:
    return _decode(content).splitlines()


def _decode(content: bytes) -> str:
    """Decode UTF-8, or the older Chinese encodings that Windows' editor still writes."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            words = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in words and "\ufffd" not in words:
            return words
    raise Unreadable("文件里有读不出的字。请用 UTF-8 编码另存一次，再导入。")


def _docx(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _package(package)
    except _DAMAGE as error:
        raise Unreadable("这个 .docx 打不开：损坏了、加了密，或者不是 .docx。") from error
    except expat.ExpatError as error:
        raise Unreadable("这个 .docx 里面损坏了。请重新下载。") from error


def _package(package: zipfile.ZipFile) -> list[str]:
    names = package.namelist()
    if len(names) > MOST_PARTS:
        raise Unreadable("这个 .docx 里的东西太多，不像一部法律。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable("这个 .docx 带着宏（会自己运行的程序）。请换一份不带宏的。")
    if _BODY not in names:
        raise Unreadable("这个 .docx 里没有正文。")
    if package.getinfo(_BODY).compress_type not in _PACKED:
        raise Unreadable("这个 .docx 的压缩办法不认识。请用 Word 或 WPS 打开，另存一次，再导入。")
    with package.open(_BODY) as part:
        return _Paragraphs().read(part)


class _Paragraphs:
    """Gathers the words of each w:p; a text box's own paragraphs come before the one around it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open: list[list[str]] = []
        self._in_text = False
        self._fallbacks = 0

    def read(self, part: IO[bytes]) -> list[str]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        size = 0
        # Counted while it unpacks: what a part says of its own size is not believed.
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > MOST_XML:
                raise Unreadable("这个 .docx 解开以后太大，不像一部法律。")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
        return self.lines

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == _FALLBACK:
            self._fallbacks += 1
        elif name == f"{_WORD}p":
            self._open.append([])
        elif name in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            self._add(" " if name.endswith("tab") else "\n")
        self._in_text = name == f"{_WORD}t"

    def _end(self, name: str) -> None:
        self._in_text = False
        if name == _FALLBACK:
            self._fallbacks -= 1
        elif name == f"{_WORD}p":
            self.lines += "".join(self._open.pop()).splitlines()

    def _words(self, words: str) -> None:
        if self._in_text:
            self._add(words)

    def _add(self, words: str) -> None:
        if self._open and not self._fallbacks:
            self._open[-1].append(words)


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("这个 .docx 里有不该有的声明（DOCTYPE）。请重新下载。")


_READERS: Final[dict[str, Callable[[bytes], list[str]]]] = {
    "md": _markdown,
    "txt": _text,
    "docx": _docx,
}
