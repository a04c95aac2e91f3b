"""Names of files: made harmless for a disk and a page, or neutral once a file was cleaned."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from .kinds import DOCX, PPTX, XLSX

MOST_LETTERS: Final = 120
MOST_ENDING: Final = 16
UNNAMED: Final = "文件"

# The ending that a type is given, and others that it may keep.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "image/avif": (".avif",),
    "video/mp4": (".mp4", ".m4v", ".3gp"),
    "video/quicktime": (".mov", ".qt"),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
    "video/x-msvideo": (".avi",),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a", ".mp4", ".3gp"),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/flac": (".flac",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/wav": (".wav",),
    "application/pdf": (".pdf",),
    "application/zip": (".zip",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    PPTX: (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "application/x-ole-storage": (".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".msg"),
}
_KINDS: Final = {"image": "照片", "video": "录像", "audio": "录音"}
# What a double click would run, or a browser would draw: such a name gets an ending that opens
# nothing.
_RUNS: Final = frozenset(
    """
    exe com bat cmd scr pif msi msp dll cpl hta js jse mjs vbs vbe wsf wsh ps1 psm1 reg lnk url
    inf jar apk app dmg pkg sh bash csh command desktop py pyw pl rb php htm html xhtml xht mht
    mhtml shtml svg svgz xml xsl chm docm dotm xlsm xltm xlam pptm potm ppam iso img vhd vhdx
    ade adp gadget scf theme settingcontent-ms appx appxbundle msix library-ms search-ms website
    """.split()  # noqa: SIM905  # sixty of them, one a line, hide what follows
)
_WINDOWS: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.I)
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
# Controls, letters that turn or hide others (bidi, zero width), private and unassigned ones.
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe_name(name: str, type: str) -> str:
    """Make a reporter's name of a file one that can be shown, and saved on any system.

    The last part of a path stays, at most `MOST_LETTERS` long. A known `type` always gets one of
    its own endings; an unknown one never keeps an ending that would run.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    shown = "".join(_letter(letter) for letter in last)
    shown = re.sub(r"\s+", " ", shown).strip(" .")
    return _fitted(shown or UNNAMED, type)


def neutral_name(type: str, number: int | None = None) -> str:
    """Give a cleaned file a name that tells its kind alone: 照片.jpg, or 照片2.jpg."""
    kind = _KINDS.get(type.partition("/")[0], UNNAMED)
    ending = ENDINGS.get(type, (".bin",))[0]
    return kind + ("" if number is None else str(number)) + ending


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if unicodedata.category(letter) in _UNSEEN:
        return ""
    return "_" if letter in _FORBIDDEN else letter


def _fitted(name: str, media_type: str) -> str:
    """Give the right ending, and cut the stem, never the ending, to the length allowed."""
    own = PurePosixPath(name).suffix
    ending = _ending(own, media_type)
    stem = name.removesuffix(own) if ending.startswith(own) else name
    stem = stem[: MOST_LETTERS - len(ending)].strip(" .") or UNNAMED
    if _WINDOWS.fullmatch(stem.partition(".")[0].strip()):
        stem = f"_{stem}"[: MOST_LETTERS - len(ending)]
    return stem + ending


def _ending(own: str, media_type: str) -> str:
    """Tell the ending that a name shall have: its own where that is right and harmless."""
    if known := ENDINGS.get(media_type):
        return own if own.lower() in known else known[0]
    if own.lower().removeprefix(".") in _RUNS:
        return f"{own}.bin"
    return own if len(own) <= MOST_ENDING else ""
