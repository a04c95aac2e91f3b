"""Sound and film, made by ffmpeg."""

import random
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from .marks import (
    AUTHOR,
    CANARY,
    COMMENT,
    DAY,
    LATITUDE,
    LONGITUDE,
    MAKER,
    MODEL,
    MOMENT,
    PROGRAM,
    SERIAL,
    XMP,
)
from .pictures import photo_with_gps


def has_ffmpeg():
    return shutil.which("ffmpeg") is not None


TAGS = {
    "artist": AUTHOR,
    "author": AUTHOR,
    "comment": COMMENT,
    "encoder": PROGRAM,
    "make": MAKER,
    "model": MODEL,
    "com.apple.quicktime.make": MAKER,
    "com.apple.quicktime.model": MODEL,
    "com.apple.quicktime.creationdate": MOMENT,
    "serial": SERIAL,
    "date": DAY,
    "location": f"+{LATITUDE:.4f}+{LONGITUDE:.4f}/",
    "creation_time": f"{MOMENT}.000000Z",
}
PICTURE = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2")


def _ffmpeg(*arguments, ending):
    """What ffmpeg makes of its arguments and TAGS, with a chapter."""
    with tempfile.TemporaryDirectory() as folder:
        chapters, out = Path(folder, "chapters.txt"), Path(folder, f"made.{ending}")
        chapters.write_text(
            f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={COMMENT}\n"
        )
        Path(folder, "cover.jpg").write_bytes(photo_with_gps(48, 64))
        tags = [word for pair in TAGS.items() for word in ("-metadata", "=".join(pair))]
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, *tags, str(out)],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=120,
        )
        return out.read_bytes()


CHAPTERS = ("-f", "ffmetadata", "-i", "chapters.txt")
COVER = ("-i", "cover.jpg")


def _film(ending, *more):
    made = _ffmpeg(
        *PICTURE, *SOUND, *CHAPTERS, "-map", "0:v", "-map", "1:a", "-map_chapters", "2",
        "-c:v", "mpeg4", "-c:a", "aac", "-metadata:s:v", f"handler_name={AUTHOR}",
        "-movflags", "use_metadata_tags", *more, ending=ending,
    )  # fmt: skip
    return made + _uuid_box()


def _uuid_box():
    """XMP as Adobe's programs add it to a film."""
    body = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP
    return struct.pack(">I", len(body) + 8) + b"uuid" + body


@cache
def film_mp4():
    """Two seconds of film with sound."""
    return _film("mp4")


@cache
def film_mov():
    """The same as an iPhone or a camera writes it, with a track of time codes."""
    return _film("mov", "-timecode", "01:02:03:04")


@cache
def sound_m4a():
    made = _ffmpeg(
        *SOUND, *COVER, *CHAPTERS, "-map", "0:a", "-map", "1:v", "-map_chapters", "2",
        "-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic", ending="m4a",
    )  # fmt: skip
    return made + _uuid_box()


@cache
def sound_mp3():
    """A sound with both kinds of ID3 and a picture in it."""
    return _ffmpeg(
        *SOUND, *COVER, "-map", "0:a", "-map", "1:v", "-c:a", "libmp3lame", "-c:v", "copy",
        "-id3v2_version", "3", "-write_id3v1", "1", ending="mp3",
    )  # fmt: skip


@cache
def sound_wav():
    return _ffmpeg(*SOUND, "-c:a", "pcm_s16le", ending="wav")


@cache
def sound_ogg():
    return _ffmpeg(*SOUND, "-c:a", "flac", ending="ogg")


@cache
def film_webm():
    return _ffmpeg(*PICTURE, *SOUND, "-c:v", "libvpx", "-c:a", "libopus", ending="webm")


def half_film():
    """A film whose second half never came."""
    return film_mp4()[: len(film_mp4()) // 2]


def write_big_film(path, megabytes=200, *, seed=7):
    """Write a film of so many MiB that plays: the bulk is a box that players skip.

    CANARY stands in it once in every MiB, in front of bytes that no two MiB share.
    """
    film, rest = film_mp4(), megabytes * 2**20
    grain = random.Random(seed)
    with Path(path).open("wb") as file:
        file.write(film)
        rest -= len(film)
        file.write(struct.pack(">I", rest) + b"free")
        rest -= 8
        while rest > 0:
            block = (CANARY.encode() + grain.randbytes(2**20 - len(CANARY)))[:rest]
            file.write(block)
            rest -= len(block)
    return Path(path)
