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
from .words import NotCleaned, Uncleanable

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


@dataclass(frozen=True, slots=True)
class _Stream:
    index: int
    kind: str
    codec: str
    is_cover: bool


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
_SOUNDS: Final = frozenset(
    {*("aac", "mp3", "opus", "vorbis", "flac", "alac", "amr_nb", "amr_wb", "ac3", "eac3")}
)
# They are at home in no box of ISO but 3GP.
_OF_OLD_TELEPHONES: Final = {"h263", "amr_nb", "amr_wb"}
_MOST_STREAMS: Final = 32


def clean_film(media_type: str, source: int, target: int, *, until: float, output: int) -> str:
    """Copy sound and pictures from one open file into another, and give the new media type.

    Raises `NotCleaned`: cut off, damaged, or of a codec we do not know.
    """
    size = os.fstat(source).st_size
    limits = Limits(until, output=min(2 * size + 16 * MB, output))
    if media_type in _FRAMES:
        # ffmpeg would copy along what stands between two frames, or behind the last.
        run(python_inside("frames", media_type), source, target, limits)
        return media_type
    box = _BOXES[media_type]
    streams = _streams(box, source, until)
    pictures = [stream for stream in streams if stream.kind == "video" and not stream.is_cover]
    sounds = _known_sounds([stream for stream in streams if stream.kind == "audio"])
    if not pictures and not sounds:
        raise NotCleaned(Uncleanable.BROKEN)
    if media_type == "video/mp4" and not pictures:
        media_type, box = "audio/mp4", _BOXES["audio/mp4"]
    messages = _messages({stream.codec for stream in pictures}, box)
    run(_command(box, [*pictures, *sounds], messages), source, target, limits)
    if messages == _MESSAGES[_HEVC]:
        blank_messages(target)
    return media_type


def _known_sounds(sounds: list[_Stream]) -> list[_Stream]:
    """Leave out a second sound that only its maker's telephones play (Apple's `apac`)."""
    known = [sound for sound in sounds if sound.codec in _SOUNDS or sound.codec[:4] == "pcm_"]
    if sounds and not known:
        raise NotCleaned(Uncleanable.UNKNOWN_KIND)
    return known


def _messages(codecs: set[str], box: _Box) -> str:
    """Tell by which filter the messages between pictures are left out; "" where there are none."""
    filters = {_MESSAGES.get(codec) for codec in codecs}
    if None in filters or len(filters) > 1 or (_HEVC in codecs and box.reads != "mov"):
        raise NotCleaned(Uncleanable.UNKNOWN_KIND)
    return next(iter(filters), "") or ""


def _command(box: _Box, streams: list[_Stream], messages: str) -> list[str]:
    # A picture that is missing, cut short or of the wrong length is a fault, never passed over.
    strict = ("-xerror", "-err_detect", "explode")
    is_old = any(stream.codec in _OF_OLD_TELEPHONES for stream in streams)
    writes = "3gp" if is_old and box.reads == "mov" else box.writes
    return [
        *tool("ffmpeg", "-nostdin", *_READ, *strict, "-f", box.reads, "-i", "fd:"),
        *(word for stream in streams for word in ("-map", f"0:{stream.index}")),
        *(*_NO_TAGS, "-c", "copy"),
        *(("-bsf:v", messages) if messages else ()),
        *(*box.more, *_EXACT, "-f", writes, "fd:"),
    ]


def _streams(box: _Box, source: int, until: float) -> list[_Stream]:
    shown = "stream=index,codec_type,codec_name:stream_disposition=attached_pic"
    asked = ("-show_entries", shown, "-of", "json")
    command = tool("ffprobe", *_READ, "-f", box.reads, *asked, "fd:")
    answer = memory_file()
    try:
        run(command, source, answer, Limits(until, output=MB))
        return _parsed(os.pread(answer, MB, 0))
    finally:
        os.close(answer)


def _parsed(answer: bytes) -> list[_Stream]:
    """Read what ffprobe says: written by a program that has met the file, hence not trusted."""
    try:
        streams: list[dict[str, Any]] = json.loads(answer)["streams"][:_MOST_STREAMS]
        return [
            _Stream(
                index=int(stream["index"]),
                kind=str(stream.get("codec_type", "")),
                codec=str(stream.get("codec_name", "")),
                is_cover=bool(stream["disposition"]["attached_pic"]),
            )
            for stream in streams
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotCleaned(Uncleanable.BROKEN) from None
