"""Made-up documents: OpenXML, OpenDocument, PDF."""

from __future__ import annotations

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>Minutes</dc:title><dc:creator>Ada Example</dc:creator><cp:lastModifiedBy>Ben Example</cp:lastModifiedBy>"
    "<dcterms:created>2026-05-11T09:00:00Z</dcterms:created><dcterms:modified>2026-05-12T09:00:00Z</dcterms:modified>"
    "</cp:coreProperties>"
)
APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Pages>3</Pages><Company>Example Ltd</Company></Properties>"
)
CUSTOM = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{D5CDD505}" pid="2" name="Case"><vt:lpwstr>42</vt:lpwstr></property></Properties>'
)


def zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # The type of an OpenDocument file stands first and as it is, so that it can be seen from outside.
            archive.writestr(name, text, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def docx(**more: str) -> bytes:
    """A text document with a header, a comment and a deleted stretch that is still in it."""
    body = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>Meet at the </w:t></w:r><w:r><w:t>quay</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>at noon</w:delText></w:r></w:del></w:p></w:body></w:document>"
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": CORE,
            "docProps/app.xml": APP,
            "docProps/custom.xml": CUSTOM,
            "word/document.xml": body,
            "word/header1.xml": f"<w:hdr {W}><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:hdr>",
            "word/comments.xml": f"<w:comments {W}><w:p><w:r><w:t>Really?</w:t></w:r></w:p></w:comments>",
            **more,
        }
    )


def odt() -> bytes:
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    text = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    meta = 'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {office} {text}><office:body><text:p>Meet at <text:span>the"
            "</text:span> quay</text:p><text:p>Again</text:p></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {office} {meta}><office:meta><dc:title>Minutes</dc:title>"
            "<meta:initial-creator>Ada Example</meta:initial-creator>"
            "<meta:creation-date>2026-05-11T10:00:00</meta:creation-date>"
            '<meta:user-defined meta:name="Case">42</meta:user-defined></office:meta></office:document-meta>',
        }
    )


def pdf(
    text: str = "Meet at the quay", info: str = "/Title (Minutes) /CreationDate (D:20260511100000+01'00')"
) -> bytes:
    """A PDF of one page, with its cross-reference table right."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        f"<< {info} >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R /Info 5 0 R >>\n"
    return (out + f"startxref\n{start}\n%%EOF\n").encode("latin-1")
