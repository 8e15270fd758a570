"""Files of office programs, small or hostile, made here."""

import io
import zipfile
import zlib

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(files):
    """A zip of (name, text or bytes)."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files:
            opened.writestr(name, content)
    return output.getvalue()


def relations(*entries):
    lines = "".join(f'<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for id, kind, target in entries)
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


def docx(*paragraphs, prolog="", body=None, more=()):
    text = body or "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in paragraphs)
    return archive(
        [
            ("_rels/.rels", relations(("r1", "officeDocument", "word/document.xml"))),
            ("word/document.xml", f'{prolog}<w:document xmlns:w="{WORD}"><w:body>{text}</w:body></w:document>'),
            *more,
        ]
    )


def xlsx(rows):
    """A workbook of one sheet with these rows as SpreadsheetML."""
    return archive(
        [
            ("_rels/.rels", relations(("r1", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", relations(("r1", "worksheet", "worksheets/sheet1.xml"))),
            ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'),
        ]
    )


def laughs():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return docx("&e9;", prolog=f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>')


def hostile():
    """Name, bytes and the code that each fails with."""
    space = b" " * (300 << 20)
    return [
        ("bomb.docx", docx("x", more=[("word/styles.xml", space)]), "too_large_unpacked"),
        ("nested.docx", archive([("word/inner.zip", archive([("word/document.xml", space[: 50 << 20])]))]), "broken_document"),
        ("laughs.docx", laughs(), "broken_document"),
        ("outside.docx", docx("&e;", prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "broken_document"),
        ("cells.xlsx", xlsx('<row><c r="XFD1"><v>1</v></c></row>' * 200), "too_many_cells"),
        ("deep.docx", docx(body="<w:tbl><w:tr><w:tc>" * 80 + "</w:tc></w:tr></w:tbl>" * 80), "nested_too_deeply"),
        ("deep.rtf", b"{\\rtf1 " * 100_000, "nested_too_deeply"),
        ("deep.html", b"<div>" * 100_000, "nested_too_deeply"),
        ("cut.docx", docx("some words")[:-40], "broken_document"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "broken_document"),
        ("old.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old_office_format"),
        ("locked.docx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") + bytes(600), "encrypted_document"),
        ("words.pdf", b"these are words", "broken_document"),
    ]


def pdf(before, repeated, after, times=1):
    """A page whose content is packed: `before`, `repeated` so many times, `after`."""
    packer = zlib.compressobj(9)
    packed = packer.compress(before) + b"".join(packer.compress(repeated) for _ in range(times)) + packer.compress(after) + packer.flush()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    output, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(output))
        output += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return output + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(output))
