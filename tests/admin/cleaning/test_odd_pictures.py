"""Odd pictures: drawn anew, upright and in the usual colours, with nothing but their points."""

import io

import pytest
from PIL import Image, ImageCms, ImageSequence

from admin.cleaning import can_clean, clean
from tests.evidence_files import (
    AUTHOR,
    gif_with_script,
    html,
    is_upright,
    photo_with_gps,
    picture_with_page,
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
