"""Files and names that want to do harm, or are not what they seem."""

import io
import struct
import zipfile
import zlib
from functools import cache

from .papers import docx
from .pictures import encoded, gif, upright

SCRIPT = "fetch('/desk/stolen?'+sessionStorage.length);window.pwned=1;parent.pwned=1;top.pwned=1"


def svg():
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="{SCRIPT}">'
        f"<script>{SCRIPT}</script></svg>"
    ).encode()


def html():
    return f"<!doctype html><title>x</title><script>{SCRIPT}</script><img src=x>".encode()


@cache
def picture_with_page():
    """A JPEG that a careless browser takes for a page: markup in its comment and behind its end."""
    page = html()
    return encoded(upright(48, 64), "JPEG", comment=page) + page


@cache
def gif_with_script():
    """A GIF that is a script as well: its width spells the beginning of a comment."""
    body = gif()
    return b"GIF89a/*" + body[8:] + f"*/=1;{SCRIPT}".encode()


def pixel_flood():
    """A PNG of a few kilobytes that says it is 60,000 by 60,000 pixels."""
    rows = zlib.compress(b"\0" * 60_001 * 100)

    def chunk(kind, body):
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@cache
def zip_bomb(megabytes=300):
    """A Word file whose one part unfolds to hundreds of megabytes of zeros."""
    out = io.BytesIO(docx())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/bomb.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(megabytes):
            part.write(b"\0" * 2**20)
    return out.getvalue()


def deep_pdf(depth=50_000):
    """A PDF whose catalogue holds lists within lists."""
    deep = b"[" * depth + b"]" * depth
    objects = (b"<</Type/Catalog/Pages 2 0 R/X %s>>" % deep, b"<</Type/Pages/Kids[]/Count 0>>")
    body = b"%PDF-1.7\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj%sendobj\n" % (number, content)
    return body + b"trailer<</Root 1 0 R/Size 3>>\n%%EOF"


BAD_NAMES = {
    "a path": "../../etc/passwd",
    "a path of Windows": "..\\..\\boot.ini",
    "a drive": "C:\\Users\\Zhang San\\zhaopian.jpg",
    "a leading dot": ".htaccess",
    "nothing but dots": "...",
    "a bidi trick": "zhaopian\u202egpj.exe",
    "a zero byte": "photo\0.jpg",
    "a new line": "photo\r\nContent-Type: text/html\r\n\r\n.jpg",
    "quotes": "a\"b'c<script>alert(1)</script>.jpg",
    "400 letters": "长" * 396 + ".jpg",
    "a device of Windows": "CON.jpg",
    "spaces": "   .jpg",
    "nothing": "",
    "an invisible letter": "pho\u200bto\ufeff.jpg",
}
