"""Cleans an Office file by mat2, and then what mat2 leaves: run by the system's Python.

mat2 drops properties, comments and earlier versions, draws pictures anew, and refuses a file with
a part that it does not know. It leaves names in tracked changes of form, paths, and embedded files.
"""

import mimetypes
import posixpath
import re
import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from libmat2 import parser_factory  # type: ignore[import-not-found, unused-ignore]

from .verdicts import BROKEN, TOO_LARGE, UNKNOWN_KIND, Stop

_MB: Final = 2**20
_MOST_PARTS: Final = 5_000
_MOST_UNPACKED: Final = 128 * _MB
_ENDINGS: Final = {"wordprocessingml.document": ".docx", "spreadsheetml.sheet": ".xlsx"}
_MORE_ENDINGS: Final = {
    "presentationml.presentation": ".pptx",
    "opendocument.text": ".odt",
    "opendocument.spreadsheet": ".ods",
    "opendocument.presentation": ".odp",
}
# A part that goes before mat2 sees the file: a picture of the first page as it once was.
_THUMBNAIL: Final = re.compile(r"^(docProps/thumbnail\.|Thumbnails/)")
# A whole file within the file, with its own properties.
_EMBEDDED: Final = re.compile(r"(^|/)embeddings/|^Object \d+/|^ObjectReplacements/")
_POINTER: Final = re.compile(rb"<(?:Relationship|Override)\b[^>]*/>")
_TARGET: Final = re.compile(rb"""\s(?:Target|PartName)=["']([^"']*)["']""")
_OUTWARD: Final = re.compile(rb"""\sTargetMode=["']External["']""")
# After mat2, which writes all XML anew: every value stands in double quotes.
_LEFT: Final = (
    (re.compile(rb'(\s\w+:(?:author|initials))="[^"]*"'), rb'\1=""'),
    (re.compile(rb'\s\w+:(?:date|dateUtc)="[^"]*"'), b""),
    # Where the file lay, for which printer, under which number.
    (re.compile(rb"<\w+:absPath\b[^>]*/>"), b""),
    (re.compile(rb"<(?:\w+:)?fileSharing\b[^>]*/>"), b""),
    (re.compile(rb"<\w+:docId\b[^>]*/>"), b""),
    (re.compile(rb"<\w+:attachedTemplate\b[^>]*/>"), b""),
    (re.compile(rb'(<(?:\w+:)?pageSetup\b[^>]*?)\s\w+:id="[^"]*"'), rb"\1"),
    (re.compile(rb'(\sTarget)="file:[^"]*"'), rb'\1="about:blank"'),
    (re.compile(rb"(<(?:dc:creator|dc:date|meta:creator-initials)[^>]*>)[^<]*(?=<)"), rb"\1"),
    (re.compile(rb'(<config:config-item [^>]*"Printer[^"]*"[^>]*>)[^<]*(?=<)'), rb"\1"),
)


# What a picture is called: often its file's name, or the whole path to it.
_PICTURE: Final = re.compile(rb"<\w+:(?:docPr|cNvPr)\b[^>]*>")
_CALLED: Final = re.compile(rb'(\s(?:name|descr|title))="[^"]*"')

Change = Callable[[str, bytes], bytes | None]


def clean(source: BinaryIO, media_type: str) -> bytes:
    """Clean the file. Raises `Stop`: too much in it, a part that nobody knows, or no such file."""
    ending = next(
        end for kind, end in (_ENDINGS | _MORE_ENDINGS).items() if media_type.endswith(kind)
    )
    # mat2 asks the system's list, which is not in the sandbox.
    mimetypes.add_type(media_type, ending)
    folder = Path(tempfile.mkdtemp())
    path = folder / f"paper{ending}"
    try:
        with zipfile.ZipFile(source) as archive:
            _refuse_flood(archive)
            path.write_bytes(_rewritten(archive, _without_thumbnail))
        with zipfile.ZipFile(_cleaned_by_mat2(path)) as archive:
            return _rewritten(archive, _scrubbed(frozenset(archive.namelist())))
    except (zipfile.BadZipFile, NotImplementedError):
        raise Stop(BROKEN) from None


def _refuse_flood(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Stop(TOO_LARGE)
    if any(_EMBEDDED.search(part.filename) for part in parts):
        raise Stop(UNKNOWN_KIND)


def _cleaned_by_mat2(path: Path) -> Path:
    try:
        parser, _media_type = parser_factory.get_parser(str(path))
    except ValueError:
        raise Stop(BROKEN) from None
    # It would start a sandbox of its own: this is one.
    parser.sandbox = False
    if not parser.remove_all():
        raise Stop(UNKNOWN_KIND)
    return Path(parser.output_filename)


def _rewritten(archive: zipfile.ZipFile, change: Change) -> bytes:
    """Write the archive anew, part by part; a part of which `change` gives None is left out."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as new:
        for part in archive.infolist():
            content = change(part.filename, archive.read(part))
            if content is None or part.is_dir():
                continue
            fresh = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            # An OpenDocument file opens with its type, unpacked.
            is_type = part.filename == "mimetype"
            fresh.compress_type = zipfile.ZIP_STORED if is_type else zipfile.ZIP_DEFLATED
            new.writestr(fresh, content)
    return target.getvalue()


def _without_thumbnail(name: str, content: bytes) -> bytes | None:
    return None if _THUMBNAIL.search(name) else content


def _scrubbed(parts: frozenset[str]) -> Change:
    """Make what goes over each part once mat2 is done. `parts` are all that there are."""

    def scrub(name: str, content: bytes) -> bytes:
        if not name.endswith((".xml", ".rels", ".vml")):
            return content
        for pattern, instead in _LEFT:
            content = pattern.sub(instead, content)
        content = _PICTURE.sub(lambda tag: _CALLED.sub(rb'\1=""', tag[0]), content)
        # Word calls a file damaged that points to a part which is gone.
        return _POINTER.sub(lambda tag: tag[0] if _is_there(name, tag[0], parts) else b"", content)

    return scrub


def _is_there(name: str, tag: bytes, parts: frozenset[str]) -> bool:
    """Tell whether a pointer of one part leads to a part that is there, or out of the file."""
    target = _TARGET.search(tag)
    if target is None or _OUTWARD.search(tag):
        return True
    # What belongs to a/_rels/b.rels counts from a/.
    folder = "/".join(name.split("/")[:-2])
    path = posixpath.normpath(posixpath.join("/", folder, target[1].decode("utf-8", "replace")))
    return path.lstrip("/") in parts
