"""What is cleaned is proved: planted traces are found before, and none after, in three ways."""

import io

import pytest
from PIL import Image

from admin.cleaning import can_clean, clean, sniff
from tests.admin.cleaning.conftest import needs, skip_without
from tests.admin.cleaning.traces import by_exiftool, layers, telling, traces
from tests.evidence_files import (
    CANARY,
    MADE,
    film_webm,
    gif,
    is_upright,
    odt,
    pdf_with_photo,
    png_with_holes,
    sound_ogg,
    sound_wav,
)

MORE = {
    "moving.gif": (gif, "image/gif"),
    "holes.png": (png_with_holes, "image/png"),
    "photo.pdf": (pdf_with_photo, "application/pdf"),
    "paper.odt": (odt, "application/vnd.oasis.opendocument.text"),
    "sound.ogg": (sound_ogg, "audio/ogg"),
    "sound.wav": (sound_wav, "audio/wav"),
    "film.webm": (film_webm, "video/webm"),
}
ALL = MADE | MORE
TOOLS = {"video": "ffmpeg", "audio": "ffmpeg", "docx": "mat2", "odt": "mat2"}
PICTURES = [name for name, (_make, kind) in MADE.items() if kind.startswith("image/")]
# Becomes another kind: a computer without Apple's programs can open that one.
BECOMES = {"image/heic": "image/jpeg"}

pytestmark = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def made(name):
    make, kind = ALL[name]
    tool = TOOLS.get(kind.partition("/")[0]) or TOOLS.get(name.rpartition(".")[2])
    if tool:
        skip_without(tool)
    return make(), kind


@pytest.fixture(scope="module")
def cleaned():
    """Each file cleaned once."""
    done = {}

    def get(name):
        if name not in done:
            done[name] = clean(made(name)[0], name=name)
        return done[name]

    return get


@pytest.mark.parametrize("name", ALL)
def test_the_kind_is_told_by_content_and_stays_but_for_what_few_can_open(name, cleaned):
    data, kind = made(name)

    assert sniff(data) == kind
    assert cleaned(name).type == sniff(cleaned(name).data) == BECOMES.get(kind, kind)


@pytest.mark.parametrize("name", ALL)
def test_no_planted_trace_is_left_in_any_byte_plain_or_packed(name, cleaned):
    assert traces(made(name)[0]), "the search finds what was planted"

    assert traces(cleaned(name).data) == set()


@needs("exiftool")
# It does not look into a photo that lies in a paper; the search by bytes does.
@pytest.mark.parametrize("name", sorted(set(ALL) - {"photo.pdf"}))
def test_exiftool_reads_nothing_that_tells_of_person_place_device_or_time(name, cleaned, tmp_path):
    before, after = tmp_path / f"before-{name}", tmp_path / cleaned(name).name
    before.write_bytes(made(name)[0])
    after.write_bytes(cleaned(name).data)

    assert telling(by_exiftool(before)), "exiftool reads what was planted"
    assert telling(by_exiftool(after)) == {}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_upright_and_keeps_its_size(name, cleaned):
    picture = Image.open(io.BytesIO(cleaned(name).data))

    assert picture.size == (480, 640)
    assert is_upright(picture)
    assert not picture.getexif()
    assert not {"icc_profile", "comment", "exif", "xmp"} & set(picture.info)


@pytest.mark.parametrize("name", ["paper.pdf", "paper.docx", "paper.odt"])
def test_a_papers_words_stay(name, cleaned):
    assert any(CANARY.encode() in layer for layer in layers(cleaned(name).data))


@pytest.mark.parametrize("name", ALL)
def test_the_new_name_tells_the_kind_alone(name, cleaned):
    stem, _dot, _ending = cleaned(name).name.rpartition(".")

    assert stem in {"照片", "录像", "录音", "文件"}


@pytest.mark.parametrize("name", ["photo.jpg", "film.mp4", "paper.pdf"])
def test_the_same_file_cleaned_twice_is_the_same_to_the_byte(name, cleaned):
    assert clean(made(name)[0], name="other").data == cleaned(name).data


@pytest.mark.parametrize("name", MADE)
def test_what_hangs_behind_the_end_of_a_file_is_dropped(name):
    behind = b"hangs-behind-the-end"

    assert behind not in clean(made(name)[0] + behind * 9, name="x").data
