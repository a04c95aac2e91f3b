"""Sound and film: the streams are copied as they are into a new box, by ffmpeg in the sandbox.

What stays behind: every tag, chapter, time code, track of data, cover, subtitle, attachment, and
the messages that an encoder or camera writes between the pictures (SEI), where some write a place.
"""

import json
import os
from dataclasses import dataclass
from typing import Any, Final

from .hevc import blank_messages
from .sandbox import MB, Limits, memory_file, python_inside, run, tool
from .words import NotCleaned, Reason

# Read by none but this; `fd:` is the open file: there is no other way in or out.
_READ: Final = ("-v", "error", "-protocol_whitelist", "fd")
_EXACT: Final = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
_NO_TAGS: Final = ("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1")
_NO_CLOCK: Final = ("-write_tmcd", "0")


@dataclass(frozen=True, slots=True)
class _Box:
    """A container: how ffmpeg reads it, how it writes it, and with what more."""

    reads: str
    writes: str
    more: tuple[str, ...] = ()


# A row of frames in no box.
_FRAMES: Final = {"audio/mpeg", "audio/amr"}
_BOXES: Final = {
    "video/mp4": _Box("mov", "mp4", _NO_CLOCK),
    "video/quicktime": _Box("mov", "mov", _NO_CLOCK),
    "video/webm": _Box("matroska", "webm"),
    "video/x-matroska": _Box("matroska", "matroska"),
    "video/x-msvideo": _Box("avi", "avi"),
    "audio/mp4": _Box("mov", "ipod"),
    "audio/aac": _Box("aac", "adts"),
    # Written anew, without a loss: as copied, what stands behind the last frame goes along.
    "audio/flac": _Box("flac", "flac", ("-c:a", "flac")),
    "audio/ogg": _Box("ogg", "ogg"),
    "audio/wav": _Box("wav", "wav"),
}
FILMS: Final = frozenset(_BOXES) | _FRAMES
# Pictures of a film: which units between them are messages, and left out. Other codecs may carry
# what we do not know of, a whole photo's metadata in each picture of MJPEG for one.
_HEVC: Final = "hevc"
_MESSAGES: Final = {
    "h264": "filter_units=remove_types=6",
    _HEVC: "filter_units=remove_types=39|40",
    "vp8": "",
    "vp9": "",
    "mpeg4": "",
    "h263": "",
}
_MOST_STREAMS: Final = 32


def clean_film(media_type: str, source: int, target: int, *, until: float) -> str:
    """Copy sound and pictures from one open file into another, and give the new media type.

    Raises `NotCleaned`: cut off, damaged, or of a codec we do not know.
    """
    size = os.fstat(source).st_size
    limits = Limits(until, output=2 * size + 16 * MB)
    if media_type in _FRAMES:
        # ffmpeg would copy along what stands between two frames, or behind the last.
        run(python_inside("frames", media_type), source, target, limits)
        return media_type
    box = _BOXES[media_type]
    pictures, sounds = _streams(box, source, until)
    if not pictures and not sounds:
        raise NotCleaned(Reason.BROKEN)
    if media_type == "video/mp4" and not pictures:
        media_type, box = "audio/mp4", _BOXES["audio/mp4"]
    run(_command(box, pictures, has_sound=bool(sounds)), source, target, limits)
    if _HEVC in pictures:
        blank_messages(target)
    return media_type


def _command(box: _Box, pictures: list[str], *, has_sound: bool) -> list[str]:
    """Give ffmpeg's words. `V` means pictures that move: a cover is not one."""
    streams = [word for word, is_there in (("0:V", pictures), ("0:a", has_sound)) if is_there]
    filters = {_messages(codec) for codec in pictures}
    if len(filters) > 1 or (_HEVC in pictures and box.reads != "mov"):
        raise NotCleaned(Reason.UNKNOWN_KIND)
    # A picture that is missing, cut short or of the wrong length is a fault, never passed over.
    strict = ("-xerror", "-err_detect", "explode")
    return [
        *tool("ffmpeg", "-nostdin", *_READ, *strict, "-f", box.reads, "-i", "fd:"),
        *(word for stream in streams for word in ("-map", stream)),
        *(*_NO_TAGS, "-c", "copy"),
        *(word for name in filters if name for word in ("-bsf:v", name)),
        *(*box.more, *_EXACT, "-f", box.writes, "fd:"),
    ]


def _messages(codec: str) -> str:
    if codec not in _MESSAGES:
        raise NotCleaned(Reason.UNKNOWN_KIND)
    return _MESSAGES[codec]


def _streams(box: _Box, source: int, until: float) -> tuple[list[str], list[str]]:
    """List the codecs of moving pictures and of sound that stand in a file."""
    shown = "stream=codec_type,codec_name:stream_disposition=attached_pic"
    asked = ("-show_entries", shown, "-of", "json")
    command = tool("ffprobe", *_READ, "-f", box.reads, *asked, "fd:")
    answer = memory_file()
    try:
        run(command, source, answer, Limits(until, output=MB))
        streams = _parsed(os.pread(answer, MB, 0))
    finally:
        os.close(answer)
    pictures = [name for kind, name, is_cover in streams if kind == "video" and not is_cover]
    return pictures, [name for kind, name, _cover in streams if kind == "audio"]


def _parsed(answer: bytes) -> list[tuple[str, str, bool]]:
    """Read what ffprobe says: written by a program that has met the file, hence not trusted."""
    try:
        streams: list[dict[str, Any]] = json.loads(answer)["streams"][:_MOST_STREAMS]
        return [
            (
                str(stream["codec_type"]),
                str(stream.get("codec_name", "")),
                bool(stream["disposition"]["attached_pic"]),
            )
            for stream in streams
            if "codec_type" in stream
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotCleaned(Reason.BROKEN) from None
