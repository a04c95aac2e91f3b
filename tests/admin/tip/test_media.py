"""Kinds of media, written down a second time by hand: nothing of one changes alone."""

import pytest

from admin.tip.media import BRANDS, MEDIA, REDRAWN, RIFFS, STARTS, VIEWS, Job, View

# Type; its endings, the first of which a name is given; what cleans it; what shows it.
TABLE = """
image/jpeg                    .jpg .jpeg .jfif           | picture | picture
image/png                     .png                       | picture | picture
image/gif                     .gif                       | picture | picture
image/webp                    .webp                      | picture | picture
image/heic                    .heic .heif                | picture |
image/avif                    .avif                      | picture |
video/mp4                     .mp4 .m4v .3gp             | film    | film
video/quicktime               .mov .qt                   | film    | film
video/webm                    .webm                      | film    | film
video/x-matroska              .mkv                       | film    | film
video/x-msvideo               .avi                       | film    |
audio/mpeg                    .mp3                       | film    | sound
audio/mp4                     .m4a .mp4 .3gp             | film    | sound
audio/aac                     .aac                       | film    |
audio/amr                     .amr                       | film    |
audio/flac                    .flac                      | film    | sound
audio/ogg                     .ogg .oga .opus            | film    | sound
audio/wav                     .wav                       | film    | sound
application/pdf               .pdf                       | paper   |
application/zip               .zip                       |         |
{open}wordprocessingml.document    .docx                 | office  |
{open}spreadsheetml.sheet          .xlsx                 | office  |
{open}presentationml.presentation  .pptx                 | office  |
{odf}text                     .odt                       | office  |
{odf}spreadsheet              .ods                       | office  |
{odf}presentation             .odp                       | office  |
application/x-ole-storage     .doc .xls .ppt .wps .et .dps .msg |  |
""".format(
    open="application/vnd.openxmlformats-officedocument.",
    odf="application/vnd.oasis.opendocument.",
)
ROWS = {
    named.split()[0]: (named.split()[1:], job.strip(), view.strip())
    for named, job, view in (line.split("|") for line in TABLE.strip().splitlines())
}
# By which bytes each type is known: at the start, in a RIFF file, among a file's brands.
KNOWN = {
    "image/jpeg": [b"\xff\xd8\xff"],
    "image/png": [b"\x89PNG\r\n\x1a\n"],
    "image/gif": [b"GIF87a", b"GIF89a"],
    "audio/mpeg": [b"ID3"],
    "audio/amr": [b"#!AMR"],
    "audio/flac": [b"fLaC"],
    "audio/ogg": [b"OggS"],
    "application/pdf": [b"%PDF-"],
    "application/x-ole-storage": [bytes.fromhex("d0cf11e0a1b11ae1")],
}
IN_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
BY_BRAND = {
    "image/heic": b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split(),
    "image/avif": [b"avif", b"avis"],
    "video/quicktime": [b"qt  "],
    "audio/mp4": [b"M4A ", b"M4B ", b"M4P ", b"F4A "],
}
IN_THE_BROWSER = ["image/jpeg", "image/png", "image/webp", "image/heic"]


@pytest.mark.parametrize("kind", MEDIA)
def test_each_type_is_called_cleaned_and_shown_as_the_table_says(kind):
    endings, job, view = ROWS[kind]
    media = MEDIA[kind]

    assert media.endings == tuple(endings)
    assert (str(media.job or ""), str(media.view or "")) == (job, view)
    assert media.is_redrawn is (kind in IN_THE_BROWSER)
    assert media.becomes == ("image/jpeg" if kind in ("image/heic", "image/avif") else "")


def test_the_table_has_every_type():
    assert list(MEDIA) == list(ROWS)
    assert {str(job) for job in Job} == {"picture", "paper", "office", "film"}
    assert {str(view) for view in View} == {"picture", "sound", "film"}


def test_each_type_is_known_by_its_bytes():
    assert tuple((start, kind) for kind, starts in KNOWN.items() for start in starts) == STARTS
    assert RIFFS == IN_RIFF
    assert {brand: kind for kind, brands in BY_BRAND.items() for brand in brands} == BRANDS


def test_what_is_shown_and_what_a_browser_may_draw_anew_is_read_off_the_table():
    assert {kind: view for kind, (_endings, _job, view) in ROWS.items() if view} == VIEWS
    assert tuple(IN_THE_BROWSER) == REDRAWN
