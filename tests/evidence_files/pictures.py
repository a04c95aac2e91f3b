"""Pictures, as telephones and programs write them."""

import io
import random
import struct
from functools import cache

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from .marks import AUTHOR, COMMENT, LATITUDE, LONGITUDE, MAKER, MODEL, PROGRAM, SERIAL, XMP

# Of an upright picture: its corners from the upper left, clockwise.
CORNERS = ((220, 40, 40), (40, 180, 60), (235, 200, 40), (50, 70, 210))


def upright(width=480, height=640, *, noise=0.0, seed=6):
    """A picture that stands upright when its corners have the colours of CORNERS."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    draw = ImageDraw.Draw(image)
    half_x, half_y = width // 2, height // 2
    places = ((0, 0), (half_x, 0), (half_x, half_y), (0, half_y))
    for (left, top), colour in zip(places, CORNERS, strict=True):
        draw.rectangle((left, top, left + half_x, top + half_y), fill=colour)
    if not noise:
        return image
    grain = random.Random(seed).randbytes(width * height * 3)
    return Image.blend(image, Image.frombytes("RGB", image.size, grain), noise)


def is_upright(image):
    """Tell whether a picture, drawn as it is stored, has its corners where they belong."""
    small = image.convert("RGB").resize((8, 8), Image.Resampling.BOX)
    found = [small.getpixel(place) for place in ((1, 1), (6, 1), (6, 6), (1, 6))]
    return all(_nearest(colour) == number for number, colour in enumerate(found))


def _nearest(colour):
    def distance(number):
        return sum((one - other) ** 2 for one, other in zip(colour, CORNERS[number], strict=True))

    return min(range(4), key=distance)


def _degrees(value):
    minutes = value % 1 * 60
    return (int(value), int(minutes), round(minutes % 1 * 60, 4))


def exif(orientation=1):
    """An Exif block: who, with what, where, when, and a small picture of it all."""
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0112] = MAKER, MODEL, orientation
    block[0x0131], block[0x0132], block[0x013B] = PROGRAM, "2019:03:04 05:06:07", AUTHOR
    photo = block.get_ifd(0x8769)
    photo[0x9003] = photo[0x9004] = "2019:03:04 05:06:07"
    photo[0x9286] = b"ASCII\0\0\0" + COMMENT.encode()
    photo[0xA431], photo[0xA430] = SERIAL, AUTHOR
    place = block.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", _degrees(LATITUDE), "E", _degrees(LONGITUDE)
    place[29] = "2019:03:04"
    return _with_thumbnail(block.tobytes())


def _with_thumbnail(block):
    """Add a second directory, which Pillow cannot write: the small picture that phones keep."""
    prefix, tiff = block[:6], bytearray(block[6:])
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    tiff += b"\0" * (len(tiff) % 2)
    struct.pack_into(f"{order}I", tiff, first + 2 + 12 * count, len(tiff))
    small = encoded(upright(48, 64), "JPEG", comment=COMMENT.encode())
    rows = ((0x0103, 3, 6), (0x0201, 4, len(tiff) + 2 + 3 * 12 + 4), (0x0202, 4, len(small)))
    tiff += struct.pack(f"{order}H", len(rows))
    for tag, kind, value in rows:
        packed = (
            struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
        )
        tiff += struct.pack(f"{order}HHI", tag, kind, 1) + packed
    return bytes(prefix + tiff + b"\0\0\0\0" + small)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def profile():
    """A colour profile, which names a program too."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _with_iptc(jpeg):
    """Add what press agencies write: a by-line in an APP13 segment."""
    line = b"\x1c\x02\x50" + struct.pack(">H", len(AUTHOR)) + AUTHOR.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(line)) + line + b"\0" * (len(line) % 2)
    body = b"Photoshop 3.0\0" + resource
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@cache
def photo_with_gps(width=480, height=640, *, noise=0.0, quality=90):
    """A JPEG as a phone makes it: stored lying down, with the order to turn it."""
    lying = upright(width, height, noise=noise).transpose(Image.Transpose.ROTATE_90)
    options = {"exif": exif(orientation=6), "xmp": XMP, "icc_profile": profile()}
    return _with_iptc(encoded(lying, "JPEG", quality=quality, comment=COMMENT.encode(), **options))


@cache
def big_photo():
    """A photo of at least 12 MB: 12 million pixels of grain."""
    return photo_with_gps(3000, 4000, noise=0.6, quality=96)


@cache
def png():
    text = PngImagePlugin.PngInfo()
    for key, value in (("Author", AUTHOR), ("Software", PROGRAM), ("Comment", COMMENT)):
        text.add_text(key, value)
    text.add_text("Source", SERIAL, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    lying = upright().transpose(Image.Transpose.ROTATE_90)
    return encoded(lying, "PNG", pnginfo=text, exif=exif(orientation=6))


@cache
def png_with_holes():
    """A PNG that one can see through in its middle."""
    image = upright().convert("RGBA")
    ImageDraw.Draw(image).ellipse((200, 280, 280, 360), fill=(0, 0, 0, 0))
    return encoded(image, "PNG", exif=exif())


@cache
def webp():
    lying = upright().transpose(Image.Transpose.ROTATE_90)
    return encoded(lying, "WEBP", exif=exif(orientation=6), xmp=XMP, icc_profile=profile())


@cache
def gif():
    frames = [upright(48, 64), Image.new("RGB", (48, 64), CORNERS[0])]
    return encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], comment=COMMENT.encode()
    )


@cache
def heic():
    """A picture of an iPhone."""
    import pillow_heif

    image = pillow_heif.from_pillow(upright())
    out = io.BytesIO()
    image.save(out, quality=80, exif=exif(), xmp=XMP)
    return out.getvalue()
