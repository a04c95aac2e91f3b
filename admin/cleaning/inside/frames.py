"""Picks the frames out of a bare row of them, MP3 or AMR: what else stands there stays behind."""

from typing import BinaryIO, Final

from .verdicts import BROKEN, Stop

# Kilobits a second by the header's four bits, of MPEG 1 and of MPEG 2 and 2.5, layer III.
_RATES_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
# Where an encoder's own frame has its mark: it holds no sound, but names the program.
_LONGEST_SIDE: Final = 40
_MARKS: Final = (b"Xing", b"Info", b"VBRI")
# Bytes of speech in a frame of AMR by its four bits, narrow and wide; 0 for what is none.
_AMR: Final = {
    b"#!AMR\n": (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0),
    b"#!AMR-WB\n": (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0),
}
_NO_SPEECH: Final = 15
_UNUSED_BITS: Final = 0x83
# So many bytes behind the last frame may be a tag; more would be speech lost without a word.
_MOST_BEHIND: Final = 4096


def clean(source: BinaryIO, media_type: str) -> bytes:
    """Give the frames that hold sound, one after another. Raises `Stop` where there is none."""
    data = source.read()
    return _speech(data) if media_type == "audio/amr" else _sound(data)


def _speech(data: bytes) -> bytes:
    """Give the frames of an AMR file up to the first byte that begins none (RFC 4867, 5.3)."""
    head = next((head for head in _AMR if data.startswith(head)), None)
    if head is None:
        raise Stop(BROKEN)
    at, whole = len(head), len(head)
    while at < len(data) and not data[at] & _UNUSED_BITS:
        kind = data[at] >> 3 & 15
        if not _AMR[head][kind] and kind != _NO_SPEECH:
            break
        at += 1 + _AMR[head][kind]
        whole = at if at <= len(data) else whole
    if whole == len(head) or len(data) - whole > _MOST_BEHIND:
        raise Stop(BROKEN)
    return data[:whole]


def _sound(data: bytes) -> bytes:
    frames, at = [], _behind_tag(data)
    while at < len(data):
        length = _frame_length(data[at : at + 4])
        if not length or not _another_follows(data, at + length):
            at = data.find(b"\xff", at + 1)
            if at < 0:
                break
            continue
        frames.append(data[at : at + length])
        at += length
    if not frames:
        raise Stop(BROKEN)
    return b"".join(frame for frame in frames if not _is_mark(frame))


def _behind_tag(data: bytes) -> int:
    """Skip an ID3v2 tag: its picture could look like frames."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = sum(
        (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)
    )
    return 10 + size


def _another_follows(data: bytes, at: int) -> bool:
    """Tell whether a frame is likely one: another, a tag or the end stands right behind it."""
    if at >= len(data):
        return at == len(data)
    behind = data[at : at + 8]
    return bool(_frame_length(behind[:4])) or behind.startswith(
        (b"TAG", b"APETAGEX", b"ID3", b"LYRICS")
    )


def _frame_length(head: bytes) -> int:
    """Give a frame's length in bytes by its four header bytes; 0 where it is no frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in {0, 15} or hertz == 3:
        return 0
    kilobits = (_RATES_1 if version == 3 else _RATES_2)[rate]
    samples = 144 if version == 3 else 72
    return samples * 1000 * kilobits // _HERTZ[version][hertz] + (head[2] >> 1 & 1)


def _is_mark(frame: bytes) -> bool:
    return any(mark in frame[:_LONGEST_SIDE] for mark in _MARKS)
