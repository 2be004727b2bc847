"""The type of a file from its content; refuses what is, or also is, anything executable. Pure.

Signatures: PNG 1.2 section 3; JPEG ISO/IEC 10918-1; PDF ISO 32000-1 section 7.5; HEIF ISO/IEC 23008-12 annex B.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MARKUP = re.compile(
    rb"<(?:script|html|iframe|svg|object|embed|body|!doctype|\?php|\?xml-stylesheet)[\s>/:]|javascript:", re.IGNORECASE
)
_TEXT_MARKUP = re.compile(rb"^\s*(?:<[a-z!?/]|#!|%!ps|\{\\rtf)|<[a-z]+[^>]{0,200}\son[a-z]+\s*=", re.IGNORECASE)
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z])")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_WITHIN = 66_000
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class FileType:
    """An accepted type of file."""

    media_type: str
    suffix: str


PNG = FileType(media_type="image/png", suffix=".png")
JPEG = FileType(media_type="image/jpeg", suffix=".jpg")
PDF = FileType(media_type="application/pdf", suffix=".pdf")
HEIC = FileType(media_type="image/heic", suffix=".heic")
TEXT = FileType(media_type="text/plain", suffix=".txt")


def file_type_of(content: bytes) -> FileType | None:
    """The type of `content`; None where it is no accepted type."""
    for kind, is_one in _TYPES:
        if is_one(content):
            return None if _is_something_else_too(content, kind) else kind
    return None


def _is_png(content: bytes) -> bool:
    """Every chunk is where the one before says, and nothing follows the last."""
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return False
    place = len(_PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            return place == len(content)
    return False


def _is_jpeg(content: bytes) -> bool:
    # Telephones append to a picture: further sizes of it, a moment of film.
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xda" in content and b"\xff\xd9" in content[-2_000_000:]


def _is_pdf(content: bytes) -> bool:
    if not re.match(rb"%PDF-[12]\.\d", content) or b"%%EOF" not in content[-1_024:]:
        return False
    names = _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), content)
    return not _ACTIVE_PDF.search(names)


def _is_heic(content: bytes) -> bool:
    if content[4:8] != b"ftyp" or len(content) < 24:
        return False
    size = int.from_bytes(content[:4], "big")
    return 16 <= size <= 256 and content[8:12] in _HEIF_BRANDS


def _is_text(content: bytes) -> bool:
    bare = content.removeprefix(_BYTE_ORDER_MARK)
    if not bare or _CONTROLS.search(bare) or _TEXT_MARKUP.search(bare) or bare.startswith(b"%PDF"):
        return False
    try:
        bare.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_something_else_too(content: bytes, kind: FileType) -> bool:
    if _ZIP_END in content[-_ZIP_END_WITHIN:] or _MARKUP.search(content):
        return True
    return kind is not PDF and b"%PDF-" in content[:2_048]


_TYPES: tuple[tuple[FileType, Callable[[bytes], bool]], ...] = (
    (PNG, _is_png),
    (JPEG, _is_jpeg),
    (PDF, _is_pdf),
    (HEIC, _is_heic),
    (TEXT, _is_text),
)
