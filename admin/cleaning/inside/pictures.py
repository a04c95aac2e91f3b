"""Draws a picture anew: upright, in the colours of every screen, with nothing but its points."""

from io import BytesIO
from typing import Any, BinaryIO, Final

from PIL import Image, ImageCms, ImageOps, ImageSequence

from .verdicts import BROKEN, TOO_LARGE, Stop

# A telephone's 108 million points are taken; four bytes each, twice in memory while it is turned.
MOST_POINTS: Final = 110_000_000
MOST_FRAMES: Final = 1_000
MOST_POINTS_IN_ALL: Final = 1_000_000_000
FORMATS: Final = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
    "image/avif": ("AVIF",),
}
_MOVING: Final = {"image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_HOW: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 92, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 92, "method": 4},
    "GIF": {},
}

# Ours are stricter, and a warning of Pillow's would stop nothing.
Image.MAX_IMAGE_PIXELS = None


def clean(source: BinaryIO, media_type: str) -> bytes:
    """Draw the picture anew. A moving one stays moving; HEIC and AVIF become JPEG.

    Raises `Stop`: too many points, or none.
    """
    if media_type == "image/heic":
        import pillow_heif  # noqa: PLC0415  # 60 ms that only an iPhone's picture pays

        # A picture's thumbnails, depth map and other views stay behind.
        pillow_heif.register_heif_opener(thumbnails=False)
    picture = Image.open(source, formats=FORMATS[media_type])
    _refuse_flood(picture.width * picture.height)
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and media_type in _MOVING:
        return _moving(picture, frames, _MOVING[media_type])
    return _still(picture, media_type)


def _refuse_flood(points: int) -> None:
    if points == 0:
        raise Stop(BROKEN)
    if points > MOST_POINTS:
        raise Stop(TOO_LARGE)


def _still(picture: Image.Image, media_type: str) -> bytes:
    drawn = _bare(ImageOps.exif_transpose(picture))
    kind = {"image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}.get(media_type, "JPEG")
    if kind == "JPEG" and drawn.mode not in {"RGB", "L"}:
        drawn = _on_white(drawn)
    return _written(drawn, kind)


def _moving(picture: Image.Image, frames: int, kind: str) -> bytes:
    """Draw each frame of a moving picture anew, and keep how long each stands."""
    if frames > MOST_FRAMES or frames * picture.width * picture.height > MOST_POINTS_IN_ALL:
        raise Stop(TOO_LARGE)
    drawn, stands = [], []
    for frame in ImageSequence.Iterator(picture):
        drawn.append(_bare(frame))
        stands.append(int(frame.info.get("duration", 100)))
    return _written(
        drawn[0],
        kind,
        save_all=True,
        append_images=drawn[1:],
        duration=stands,
        loop=int(picture.info.get("loop", 0)),
        **({"disposal": 2} if kind == "GIF" else {}),
    )


def _bare(picture: Image.Image) -> Image.Image:
    """Copy the points alone onto a new picture: what hangs on the old one stays there."""
    seen = _in_usual_colours(_plain_mode(picture), picture.info.get("icc_profile"))
    bare = Image.new(seen.mode, seen.size)
    bare.paste(seen)
    return bare


def _plain_mode(picture: Image.Image) -> Image.Image:
    """Bring points to 8 bits a colour: grey, colour, each with or without transparency."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in {"RGB", "L", "CMYK"}:
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _in_usual_colours(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Turn the colours of a wider or another space into sRGB; a broken profile is passed over."""
    target = "RGB" if picture.mode == "CMYK" else picture.mode
    if profile and picture.mode != "L":
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, own, srgb, outputMode=target)
        except (ImageCms.PyCMSError, OSError):
            pass
        else:
            return turned if turned is not None else picture
    return picture if picture.mode == target else picture.convert(target)


def _on_white(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _written(picture: Image.Image, kind: str, **more: Any) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **_HOW[kind], **more)
    return target.getvalue()
