from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room.attachments.file_types import HEIC, JPEG, PDF, PNG, TEXT, FileType, file_type_of
from room.attachments.files import MOST_NAME_CHARACTERS, clean_name, content_disposition
from room.web.forms import MOST_PARTS, UnreadableFormError, read_file_form
from tests.support.attachments import archive, heic, jpeg, pdf, png


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), PNG),
        (jpeg(), JPEG),
        (jpeg() + b"\0" * 100 + jpeg(), JPEG),  # telephones append further sizes
        (pdf(), PDF),
        (pdf(b"/OpenAction [1 0 R /Fit] "), PDF),
        (heic(), HEIC),
        ("Factura nº 12: 1.234 €\r\n\tgracias".encode(), TEXT),
        (b"\xef\xbb\xbfcon marca de orden", TEXT),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, kind: FileType) -> None:
    assert file_type_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03" + b"\0" * 60,
        b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        archive(),
        b"#!/bin/sh\necho hola",
        b"<html><body>hola</body></html>",
        b"  <!DOCTYPE html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg/>",
        b"hola <script>alert(1)</script>",
        b"hola <img src=x onerror=alert(1)>",
        b"{\\rtf1 hola}",
        b"%!PS-Adobe-3.0",
        b"GIF89a\x01\x00\x01\x00",
        b"\x00\x01\x02",
        b"texto con \x00 nulo",
        "latin-1: ñ".encode("latin-1"),
        # one thing to one reader, another to the next
        png() + b"<script>alert(1)</script>",
        png() + archive(),
        png() + b"\0",
        jpeg() + archive(),
        jpeg() + pdf(),
        jpeg()[:20] + b"<svg onload=alert(1)>" + jpeg()[20:],
        b"\xff\xd8\xff" + b"<?php echo 1; ?>" + jpeg()[3:],
        pdf() + archive() + b"%%EOF",
        b"\n" + pdf(),
        heic() + archive(),
        # a document that does things
        pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> "),
        pdf(b"/AA << /S /J#61vaScript >> "),
        pdf(b"/S /Launch /F (calc.exe) "),
        pdf(b"/Names << /EmbeddedFiles 5 0 R >> "),
        pdf()[:-6],
        png()[:-1],
        jpeg()[:10],
        heic()[:20],
    ],
)
def test_what_can_be_run_and_what_is_two_things_at_once_is_refused(content: bytes) -> None:
    assert file_type_of(content) is None


@given(st.binary(max_size=400))
def test_any_content_has_one_kind_or_none(content: bytes) -> None:
    assert file_type_of(content) in {None, PNG, JPEG, PDF, HEIC, TEXT}


@given(st.sampled_from([png(), jpeg(), pdf(), heic()]), st.binary(max_size=60))
def test_nothing_before_a_file_is_overlooked(content: bytes, before: bytes) -> None:
    assert not before or file_type_of(b"<html>" + before + content) is None


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("factura.png", "factura.png"),
        ("FOTO.PNG", "FOTO.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Windows\\system32\\x.exe", "x.png"),
        ("factura\u202egnp.exe", "facturagnp.png"),
        ("a\x00b\r\nc.png", "abc.png"),
        ("con.png", "_con.png"),
        ("", "archivo.png"),
        ("...", "archivo.png"),
        ("foto de Ñoño 漢字.heic", "foto de Ñoño 漢字.png"),
        ('"; filename="x.exe', "__ filename__x.png"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_the_content_does(claimed: str, name: str) -> None:
    assert clean_name(claimed, suffix=".png") == name


@given(st.text())
def test_any_name_becomes_a_harmless_one(claimed: str) -> None:
    name = clean_name(claimed, suffix=".pdf")
    assert name.lower().endswith(".pdf")
    assert len(name) <= MOST_NAME_CHARACTERS + 1
    assert not set(name) & set('/\\:*?"<>|\r\n\0\u202e')
    assert content_disposition(name).encode("latin-1").startswith(b"attachment; filename=")


@given(st.binary(max_size=500), st.text(max_size=80))
def test_any_body_is_a_form_or_no_form(body: bytes, content_type: str) -> None:
    for kind in (content_type, "multipart/form-data; boundary=b"):
        try:
            read_file_form(kind, body)
        except UnreadableFormError:
            continue


def test_a_form_with_too_many_parts_is_no_form() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    with pytest.raises(UnreadableFormError):
        read_file_form("multipart/form-data; boundary=b", part * (MOST_PARTS + 1) + b"--b--\r\n")
