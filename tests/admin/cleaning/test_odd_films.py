"""Hidden corners of sound and film: what stands around what is seen and heard."""

import subprocess

import pytest

from admin.cleaning import NotCleaned, Uncleanable, can_clean, clean
from admin.cleaning.hevc import _filler
from tests.admin.cleaning.conftest import needs
from tests.admin.cleaning.traces import traces
from tests.evidence_files import AUTHOR, COMMENT, film_mp4, sound_mp3

pytestmark = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def decoded(data, stream):
    """A hash of every picture or sample that a film shows."""
    said = subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-nostdin",
            "-i",
            "pipe:0",
            "-map",
            stream,
            "-f",
            "framehash",
            "-",
        ],
        input=data,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return [line.rpartition(b",")[2] for line in said.stdout.splitlines() if line[:1] != b"#"]


def made(*arguments, ending, tmp_path):
    path = tmp_path / f"made.{ending}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(path)],
        check=True,
        timeout=120,
    )
    return path.read_bytes()


PICTURE = ("-f", "lavfi", "-i", "testsrc=size=160x120:rate=10:duration=1")
# These readers need the index in front, for they are given the film through a pipe.
IN_FRONT = ("-movflags", "faststart")


@needs("ffmpeg")
@pytest.mark.parametrize(
    ("codec", "mark"), [("libx264", b"x264 - core"), ("libx265", b"x265 (build")]
)
def test_messages_between_a_films_pictures_go_and_every_picture_stays(codec, mark, tmp_path):
    film = made(*PICTURE, "-c:v", codec, *IN_FRONT, ending="mp4", tmp_path=tmp_path)
    assert mark in film

    result = clean(film, name="x").data

    assert mark not in result
    (tmp_path / "result.mp4").write_bytes(result)
    again = made(
        "-i", str(tmp_path / "result.mp4"), "-c", "copy", *IN_FRONT, ending="mov", tmp_path=tmp_path
    )
    assert decoded(again, "0:v") == decoded(film, "0:v") != []


@needs("ffmpeg", "exiftool")
def test_a_film_that_was_held_upright_stays_so(tmp_path):
    lying = made(*PICTURE, "-c:v", "libx264", ending="mp4", tmp_path=tmp_path)
    (tmp_path / "lying.mp4").write_bytes(lying)
    turned = made("-display_rotation", "90", "-i", str(tmp_path / "lying.mp4"), "-c", "copy",
                  ending="mov", tmp_path=tmp_path)  # fmt: skip
    (tmp_path / "clean.mov").write_bytes(clean(turned, name="x").data)

    said = subprocess.run(
        ["exiftool", "-s3", "-Rotation", str(tmp_path / "clean.mov")],
        capture_output=True,
        check=True,
    )
    assert said.stdout.strip() == b"270"


def of_unknown_codec(film, count):
    """A film whose last so many sounds are of a codec that no one but their maker knows."""
    for _ in range(count):
        for box, other in ((b"mp4a", b"apac"), (b"esds", b"dapa")):
            before, _box, behind = film.rpartition(box)
            film = before + other + behind
    return film


@needs("ffmpeg")
def test_a_second_sound_that_few_can_play_is_left_out_and_the_only_one_never(tmp_path):
    sounds = ("-f", "lavfi", "-i", "sine=duration=1", "-map", "0:v", "-map", "1:a", "-map", "1:a")
    film = made(*PICTURE, *sounds, "-c:v", "libx264", *IN_FRONT, ending="mp4", tmp_path=tmp_path)

    assert clean(of_unknown_codec(film, 1), name="x").data.count(b"soun") == 1
    with pytest.raises(NotCleaned) as caught:
        clean(of_unknown_codec(film, 2), name="x")
    assert caught.value.reason is Uncleanable.UNKNOWN_KIND


@needs("ffmpeg")
def test_a_film_of_an_old_telephone_is_cleaned(tmp_path):
    picture = ("-f", "lavfi", "-i", "testsrc=size=176x144:rate=10:duration=1", "-c:v", "h263")
    film = made(*picture, "-metadata", f"title={AUTHOR}", ending="3gp", tmp_path=tmp_path)
    assert traces(film)

    result = clean(film, name="x")

    assert (result.type, traces(result.data)) == ("video/mp4", set())


@needs("ffmpeg")
def test_a_film_without_pictures_becomes_a_sound(tmp_path):
    sound = made(
        "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", ending="mp4", tmp_path=tmp_path
    )

    result = clean(sound, name="x")

    assert (result.type, result.name) == ("audio/mp4", "录音.m4a")


@needs("ffmpeg")
@pytest.mark.parametrize("ending", ["mkv", "avi", "aac", "flac"])
def test_other_boxes_are_cleaned_too(ending, tmp_path):
    codecs = {"mkv": "libx264", "avi": "mpeg4"}
    tags = ("-metadata", f"artist={AUTHOR}", "-metadata", f"comment={COMMENT}")
    if ending in codecs:
        source = (*PICTURE, "-c:v", codecs[ending])
    else:
        source = ("-f", "lavfi", "-i", "sine=duration=1", "-ar", "8000", "-ac", "1")
    film = made(*source, *tags, ending=ending, tmp_path=tmp_path)

    result = clean(film, name="x")

    assert result.name.endswith(f".{ending}")
    assert traces(result.data) == set()


@needs("ffmpeg")
def test_a_film_of_photos_is_not_cleaned_for_each_may_carry_its_own_traces(tmp_path):
    film = made(*PICTURE, "-c:v", "mjpeg", ending="avi", tmp_path=tmp_path)

    with pytest.raises(NotCleaned) as caught:
        clean(film, name="x")
    assert caught.value.reason is Uncleanable.UNKNOWN_KIND


@needs("ffmpeg")
def test_tags_at_the_end_and_in_the_middle_of_a_sound_go():
    value = AUTHOR.encode()
    item = len(value).to_bytes(4, "little") + b"\0\0\0\0Artist\0" + value
    head = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little")
    ape = b"APETAGEX" + head + b"\1\0\0\0\0\0\0\x80" + b"\0" * 8
    tagged = sound_mp3() + item + ape + sound_mp3() + b"LYRICSBEGIN" + value + b"LYRICS200"

    assert traces(clean(tagged, name="x").data) == set()


@needs("ffmpeg")
def test_a_films_bulk_that_no_player_shows_is_dropped():
    film = film_mp4() + (len(AUTHOR) + 8).to_bytes(4, "big") + b"free" + AUTHOR.encode()

    assert AUTHOR.encode() not in clean(film, name="x").data


SPEECH = b"#!AMR\n" + (b"\x04" + bytes(range(12))) * 60


def test_a_telephones_recording_stays_as_it_is_without_what_hangs_on_it():
    assert clean(SPEECH, name="x").data == SPEECH
    assert clean(SPEECH + AUTHOR.encode(), name="x").data == SPEECH
    assert clean(SPEECH[:-5], name="x").data == SPEECH[:-13]


@pytest.mark.parametrize("length", [3, 20, 256, 257, 258, 259, 260, 700])
def test_a_message_is_blanked_by_a_filler_of_its_own_length(length):
    filler = _filler(length)

    assert len(filler) == length
    assert filler.rstrip(b"\0").endswith(b"\x80")


BEHIND = b"hangs-behind-the-end" * 9


@needs("ffmpeg")
def test_what_hangs_behind_frames_of_another_kind_is_dropped_or_told(tmp_path):
    sound = ("-f", "lavfi", "-i", "sine=duration=1")

    aac = made(*sound, ending="aac", tmp_path=tmp_path)
    assert BEHIND[:20] not in clean(aac + BEHIND, name="x").data

    flac = made(*sound, ending="flac", tmp_path=tmp_path)
    with pytest.raises(NotCleaned) as caught:
        clean(flac + BEHIND, name="x")
    assert caught.value.reason is Uncleanable.BROKEN


@needs("ffmpeg")
def test_flac_loses_no_sample(tmp_path):
    flac = made("-f", "lavfi", "-i", "sine=duration=1", ending="flac", tmp_path=tmp_path)

    assert decoded(clean(flac, name="x").data, "0:a") == decoded(flac, "0:a") != []
