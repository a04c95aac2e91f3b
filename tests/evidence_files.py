"""Makers of test files with traces of an invented person planted in every place we know of.

Nothing here is real, and nothing is committed as bytes: pictures by Pillow, papers by pikepdf and
zipfile, sound and film by ffmpeg. Each maker gives the same bytes for as long as the tests run.
"""

import io
import random
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

# What was planted. Long and odd enough not to come about by chance in random bytes.
AUTHOR = "Zhengren-Jia-84126"
SERIAL = "SN7F3K90021XQ"
MAKER = "DengPhone-Werke"
MODEL = "Weiming-9-Ultra"
PROGRAM = "HuaHuaEditor-3.14"
COMMENT = "zai-qiaotou-chuangkou-pai-de"
COMPANY = "Shili-Jiagongchang-77"
CANARY = "canary-huangpi-tree-at-the-dark-ditch-7"
LATITUDE, LONGITUDE = 24.731244, 113.612577
DAY = "2019-03-04"
MOMENT = f"{DAY}T05:06:07"

MARKS = {
    "the author": AUTHOR,
    "the serial number": SERIAL,
    "the maker": MAKER,
    "the model": MODEL,
    "the program": PROGRAM,
    "the comment": COMMENT,
    "the company": COMPANY,
    "the place": "24.7312",
    "the date of a photo": "2019:03:04",
    "the date of a paper": "20190304",
    "the date": DAY,
}

# Of an upright picture: its corners from the upper left, clockwise.
CORNERS = ((220, 40, 40), (40, 180, 60), (235, 200, 40), (50, 70, 210))

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmp:CreatorTool="{PROGRAM}" xmp:CreateDate="{MOMENT}" aux:SerialNumber="{SERIAL}"
 exif:GPSLatitude="24,43.8746N" exif:GPSLongitude="113,36.7546E">
<dc:creator><rdf:Seq><rdf:li>{AUTHOR}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{COMMENT}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


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
    small = _encoded(upright(48, 64), "JPEG", comment=COMMENT.encode())
    rows = ((0x0103, 3, 6), (0x0201, 4, len(tiff) + 2 + 3 * 12 + 4), (0x0202, 4, len(small)))
    tiff += struct.pack(f"{order}H", len(rows))
    for tag, kind, value in rows:
        packed = (
            struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
        )
        tiff += struct.pack(f"{order}HHI", tag, kind, 1) + packed
    return bytes(prefix + tiff + b"\0\0\0\0" + small)


def _encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _profile():
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
    options = {"exif": exif(orientation=6), "xmp": XMP, "icc_profile": _profile()}
    return _with_iptc(_encoded(lying, "JPEG", quality=quality, comment=COMMENT.encode(), **options))


@cache
def big_photo():
    """A photo of at least 12 MB: 12 million pixels of grain."""
    return photo_with_gps(3000, 4000, noise=0.55, quality=96)


@cache
def png():
    text = PngImagePlugin.PngInfo()
    for key, value in (("Author", AUTHOR), ("Software", PROGRAM), ("Comment", COMMENT)):
        text.add_text(key, value)
    text.add_text("Source", SERIAL, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    lying = upright().transpose(Image.Transpose.ROTATE_90)
    return _encoded(lying, "PNG", pnginfo=text, exif=exif(orientation=6))


@cache
def png_with_holes():
    """A PNG that one can see through in its middle."""
    image = upright().convert("RGBA")
    ImageDraw.Draw(image).ellipse((200, 280, 280, 360), fill=(0, 0, 0, 0))
    return _encoded(image, "PNG", exif=exif())


@cache
def webp():
    lying = upright().transpose(Image.Transpose.ROTATE_90)
    return _encoded(lying, "WEBP", exif=exif(orientation=6), xmp=XMP, icc_profile=_profile())


@cache
def gif():
    frames = [upright(48, 64), Image.new("RGB", (48, 64), CORNERS[0])]
    return _encoded(
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


# Sound and film


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


# Papers


@cache
def pdf_with_author():
    """A PDF with an author in every place, a file within, a script and a note by somebody."""
    import pikepdf

    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    words = f"BT /F1 24 Tf 72 700 Td (Paper {CANARY}) Tj ET".encode()
    page.Contents = pdf.make_stream(words)
    names = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"}
    font = pikepdf.Dictionary({f"/{key}": pikepdf.Name(name) for key, name in names.items()})
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    _add_pdf_traces(pdf, page)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _add_pdf_traces(pdf, page):
    import pikepdf

    pdf.docinfo["/Author"] = AUTHOR
    pdf.docinfo["/Producer"] = PROGRAM
    pdf.docinfo["/Company"] = COMPANY
    pdf.docinfo["/CreationDate"] = "D:20190304050607+08'00'"
    pdf.Root.Metadata = pdf.make_stream(
        XMP, Type=pikepdf.Name("/Metadata"), Subtype=pikepdf.Name("/XML")
    )
    pdf.Root.PieceInfo = pikepdf.Dictionary(Word=pikepdf.Dictionary(Private=COMPANY))
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name("/JavaScript"), JS=f"app.alert('{COMMENT}')"
    )
    pdf.attachments["notes.txt"] = f"{AUTHOR} {SERIAL}".encode()
    note = pikepdf.Dictionary(
        Type=pikepdf.Name("/Annot"),
        Subtype=pikepdf.Name("/Text"),
        Rect=[72, 72, 92, 92],
        T=AUTHOR,
        Contents="look here",
        M="D:20190304050607",
        NM=SERIAL,
    )
    page.obj.Annots = pikepdf.Array([pdf.make_indirect(note)])
    page.obj.Thumb = pdf.make_stream(b"\x80" * 48, Width=4, Height=4, BitsPerComponent=8)
    page.obj.Thumb.ColorSpace = pikepdf.Name("/DeviceRGB")
    page.obj.PieceInfo = pikepdf.Dictionary(Draw=pikepdf.Dictionary(Private=MODEL))
    page.obj.LastModified = "D:20190304050607"


@cache
def pdf_with_photo():
    """A PDF whose picture is a photo as the phone made it: its traces lie a layer deeper."""
    import pikepdf

    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    picture = pdf.make_stream(photo_with_gps(), Type=pikepdf.Name("/XObject"))
    picture.Subtype, picture.Filter = pikepdf.Name("/Image"), pikepdf.Name("/DCTDecode")
    picture.Width, picture.Height, picture.BitsPerComponent = 640, 480, 8
    picture.ColorSpace = pikepdf.Name("/DeviceRGB")
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    page.Contents = pdf.make_stream(b"q 400 0 0 300 72 400 cm /P Do Q")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@cache
def pdf_with_password():
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_with_author())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


CORE = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties
 xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<dc:creator>{AUTHOR}</dc:creator><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy>
<dc:description>{COMMENT}</dc:description>
<dcterms:created xsi:type="dcterms:W3CDTF">{MOMENT}Z</dcterms:created>
<dcterms:modified xsi:type="dcterms:W3CDTF">{MOMENT}Z</dcterms:modified></cp:coreProperties>"""
APP = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">
<Application>{PROGRAM}</Application><Company>{COMPANY}</Company></Properties>"""
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "application/vnd.openxmlformats-package"
WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml"

DOCX_PARTS = {
    "[Content_Types].xml": f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="{PACKAGE}.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="jpeg" ContentType="image/jpeg"/>
<Override PartName="/word/document.xml" ContentType="{WORDML}.document.main+xml"/>
<Override PartName="/word/comments.xml" ContentType="{WORDML}.comments+xml"/>
<Override PartName="/docProps/core.xml" ContentType="{PACKAGE}.core-properties+xml"/>
<Override PartName="/docProps/app.xml"
 ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>""",
    "_rels/.rels": f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="{RELATIONS}">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="{RELATIONS}/metadata/core-properties" Target="docProps/core.xml"/>
<Relationship Id="rId3" Type="{OFFICE}/extended-properties" Target="docProps/app.xml"/>
<Relationship Id="rId4" Type="{RELATIONS}/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>
</Relationships>""",
    "docProps/core.xml": CORE,
    "docProps/app.xml": APP,
    "word/_rels/document.xml.rels": f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="{RELATIONS}">
<Relationship Id="rId1" Type="{OFFICE}/comments" Target="comments.xml"/>
<Relationship Id="rId2" Type="{OFFICE}/image" Target="media/image1.jpeg"/></Relationships>""",
    "word/document.xml": f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="{WORDS}"><w:body><w:p w:rsidR="00A77B3E">
<w:r><w:t>The ledger of {CANARY}</w:t></w:r>
<w:ins w:id="1" w:author="{AUTHOR}" w:date="{MOMENT}Z"><w:r><w:t> added</w:t></w:r></w:ins>
<w:del w:id="2" w:author="{AUTHOR}" w:date="{MOMENT}Z"><w:r><w:delText> gone</w:delText></w:r></w:del>
</w:p></w:body></w:document>""",
    "word/comments.xml": f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:comments xmlns:w="{WORDS}"><w:comment w:id="0" w:author="{AUTHOR}" w:date="{MOMENT}Z"
 w:initials="ZJ"><w:p><w:r><w:t>{COMMENT}</w:t></w:r></w:p></w:comment></w:comments>""",
}


def _zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2019, 3, 4, 5, 6, 8))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


@cache
def docx():
    """A Word file: author, company, comments, tracked changes, a small picture and a photo."""
    pictures = {
        "docProps/thumbnail.jpeg": photo_with_gps(48, 64),
        "word/media/image1.jpeg": photo_with_gps(),
    }
    return _zipped(DOCX_PARTS | pictures)


ODT_META = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:meta>
<meta:initial-creator>{AUTHOR}</meta:initial-creator><dc:creator>{AUTHOR}</dc:creator>
<meta:generator>{PROGRAM}</meta:generator><meta:creation-date>{MOMENT}</meta:creation-date>
</office:meta></office:document-meta>"""
ODT_CONTENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:text><text:p>The ledger of {CANARY}</text:p></office:text></office:body>
</office:document-content>"""
ODT_TYPE = "application/vnd.oasis.opendocument.text"
ODT_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
 manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


@cache
def odt():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", (2019, 3, 4, 5, 6, 8)), ODT_TYPE)
        archive.writestr("content.xml", ODT_CONTENT)
        archive.writestr("meta.xml", ODT_META)
        archive.writestr("META-INF/manifest.xml", ODT_MANIFEST)
    return out.getvalue()


MADE = {
    "photo.jpg": (photo_with_gps, "image/jpeg"),
    "photo.png": (png, "image/png"),
    "photo.webp": (webp, "image/webp"),
    "photo.heic": (heic, "image/heic"),
    "film.mp4": (film_mp4, "video/mp4"),
    "film.mov": (film_mov, "video/quicktime"),
    "sound.m4a": (sound_m4a, "audio/mp4"),
    "sound.mp3": (sound_mp3, "audio/mpeg"),
    "paper.pdf": (pdf_with_author, "application/pdf"),
    "paper.docx": (docx, f"{WORDML}.document"),
}
"""The ten kinds of the issue: name, maker and type."""


# Hostile and odd ones

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
    return _encoded(upright(48, 64), "JPEG", comment=page) + page


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
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/bomb.xml", "w", force_zip64=True) as part:
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
