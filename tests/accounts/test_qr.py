import struct
import zlib
from xml.etree import ElementTree

import qrcode

from accounts import qr

TEXT = "otpauth://totp/phone@example-corp?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Wardstead"


def modules() -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(TEXT)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def chunks(png: bytes) -> dict[bytes, bytes]:
    found, place = {}, 8
    while place < len(png):
        length = struct.unpack(">I", png[place : place + 4])[0]
        kind, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(
            kind + content
        )
        found[kind] = content
        place += 12 + length
    return found


def test_the_png_holds_every_module():
    png = qr.png(TEXT)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    parts = chunks(png)
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    side, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    expected = modules()
    assert (side, height, depth, colour) == (len(expected) * 6, len(expected) * 6, 1, 0)
    rows = zlib.decompress(parts[b"IDAT"])
    width = 1 + -(-side // 8)
    for y, row in enumerate(expected):
        line = rows[width * (y * 6 + 3) :][:width]
        bits = "".join(f"{byte:08b}" for byte in line[1:])
        assert [bits[x * 6 + 3] == "0" for x in range(len(row))] == row


def test_the_svg_is_sound_and_needs_no_style():
    svg = qr.svg(TEXT)
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own text
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert "style" not in svg
    assert "GEZDG" not in svg
    dark = sum(map(sum, modules()))
    assert str(root[1].get("d")).count("M") == dark
