"""Kinds of media, declared once: how each begins, and what the desk may show of it.

A name or a browser's word is never believed: a file is what its first bytes say. Python's sniffer
(`cleaning.kinds`) and the browser's are made from these tables.
"""

import enum
from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = "application/octet-stream"
HEIC: Final = "image/heic"
AVIF: Final = "image/avif"
SOUND_BOXES: Final = "audio/mp4"
FILM_BOXES: Final = "video/mp4"
QUICKTIME: Final = "video/quicktime"
WEBM: Final = "video/webm"
MATROSKA: Final = "video/x-matroska"
FRAMES: Final = "audio/mpeg"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
DOCX: Final = _OFFICE + "wordprocessingml.document"
XLSX: Final = _OFFICE + "spreadsheetml.sheet"
PPTX: Final = _OFFICE + "presentationml.presentation"


class View(enum.StrEnum):
    """How the desk's frame shows a file; all else can only be saved."""

    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"


class Job(enum.StrEnum):
    """What in the sandbox cleans a file (`cleaning.inside`)."""

    PICTURE = "picture"
    PAPER = "paper"
    OFFICE = "office"
    FILM = "film"


@dataclass(frozen=True)
class Media:
    """One media type."""

    endings: tuple[str, ...]
    """The ending that a file's name is given, and others that it may keep."""
    job: Job | None = None
    """What cleans it; None where nothing can."""
    view: View | None = None
    starts: tuple[bytes, ...] = ()
    """Bytes of which a file of this type begins with one."""
    riff: bytes = b""
    """What stands in the ninth to twelfth byte of a RIFF file of this type."""
    brands: tuple[bytes, ...] = ()
    """Brands of ISO boxes by which it goes."""
    is_redrawn: bool = False
    """Whether a reporter's browser may be able to draw it anew."""
    becomes: str = ""
    """The type as which it is written anew, where that is another."""


_JPEG: Final = "image/jpeg"
_ODF: Final = "application/vnd.oasis.opendocument."
_HEIC_BRANDS: Final = (
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"msf1"),
)

MEDIA: Final[dict[str, Media]] = {
    _JPEG: Media(
        (".jpg", ".jpeg", ".jfif"),
        Job.PICTURE,
        View.PICTURE,
        (b"\xff\xd8\xff",),
        is_redrawn=True,
    ),
    "image/png": Media(
        (".png",), Job.PICTURE, View.PICTURE, (b"\x89PNG\r\n\x1a\n",), is_redrawn=True
    ),
    "image/gif": Media((".gif",), Job.PICTURE, View.PICTURE, (b"GIF87a", b"GIF89a")),
    "image/webp": Media((".webp",), Job.PICTURE, View.PICTURE, riff=b"WEBP", is_redrawn=True),
    HEIC: Media(
        (".heic", ".heif"), Job.PICTURE, brands=_HEIC_BRANDS, is_redrawn=True, becomes=_JPEG
    ),
    AVIF: Media((".avif",), Job.PICTURE, brands=(b"avif", b"avis"), becomes=_JPEG),
    # Whatever is of ISO boxes and goes by no other brand.
    FILM_BOXES: Media((".mp4", ".m4v", ".3gp"), Job.FILM, View.FILM),
    QUICKTIME: Media((".mov", ".qt"), Job.FILM, View.FILM, brands=(b"qt  ",)),
    WEBM: Media((".webm",), Job.FILM, View.FILM),
    MATROSKA: Media((".mkv",), Job.FILM, View.FILM),
    "video/x-msvideo": Media((".avi",), Job.FILM, riff=b"AVI "),
    FRAMES: Media((".mp3",), Job.FILM, View.SOUND, (b"ID3",)),
    SOUND_BOXES: Media(
        (".m4a", ".mp4", ".3gp"),
        Job.FILM,
        View.SOUND,
        brands=(b"M4A ", b"M4B ", b"M4P ", b"F4A "),
    ),
    "audio/aac": Media((".aac",), Job.FILM),
    "audio/amr": Media((".amr",), Job.FILM, starts=(b"#!AMR",)),
    "audio/flac": Media((".flac",), Job.FILM, View.SOUND, (b"fLaC",)),
    "audio/ogg": Media((".ogg", ".oga", ".opus"), Job.FILM, View.SOUND, (b"OggS",)),
    "audio/wav": Media((".wav",), Job.FILM, View.SOUND, riff=b"WAVE"),
    "application/pdf": Media((".pdf",), Job.PAPER, starts=(b"%PDF-",)),
    ZIP: Media((".zip",)),
    DOCX: Media((".docx",), Job.OFFICE),
    XLSX: Media((".xlsx",), Job.OFFICE),
    PPTX: Media((".pptx",), Job.OFFICE),
    _ODF + "text": Media((".odt",), Job.OFFICE),
    _ODF + "spreadsheet": Media((".ods",), Job.OFFICE),
    _ODF + "presentation": Media((".odp",), Job.OFFICE),
    OLE: Media(
        (".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".msg"),
        starts=(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    ),
}

EBML: Final = b"\x1a\x45\xdf\xa3"
"""How WebM and Matroska begin; which of the two it is stands a little later."""
ZIP_START: Final = b"PK\x03\x04"

STARTS: Final = tuple((start, kind) for kind, media in MEDIA.items() for start in media.starts)
RIFFS: Final = {media.riff: kind for kind, media in MEDIA.items() if media.riff}
BRANDS: Final = {brand: kind for kind, media in MEDIA.items() for brand in media.brands}
VIEWS: Final = {kind: media.view for kind, media in MEDIA.items() if media.view}
REDRAWN: Final = tuple(kind for kind, media in MEDIA.items() if media.is_redrawn)
