"""Papers: PDF by pikepdf, office files by zipfile."""

import io
import zipfile
from functools import cache

import pikepdf

from .marks import AUTHOR, CANARY, COMMENT, COMPANY, MODEL, MOMENT, PROGRAM, SERIAL, XMP
from .pictures import photo_with_gps


@cache
def pdf_with_author():
    """A PDF with an author in every place, a file within, a script and a note by somebody."""
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
<w:del w:id="2" w:author="{AUTHOR}" w:date="{MOMENT}Z">
<w:r><w:delText> gone</w:delText></w:r></w:del>
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
 manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/>
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
