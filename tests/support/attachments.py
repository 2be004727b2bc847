"""The smallest valid file of each kind that a room accepts, and files that it must refuse."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xda\x00\x08"
        + b"\x3f" * 20
        + b"\xff\xd9"
    )


def pdf(inside: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + inside + b">>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\0" * 40


def archive() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        # Dated, since its bytes are part of the names of tests, which all workers must agree on.
        made.writestr(zipfile.ZipInfo("a.txt", date_time=(2026, 1, 1, 0, 0, 0)), "a")
    return kept.getvalue()
