"""Draws QR codes without an imaging library: PNG for the API, SVG for pages."""

import struct
import zlib

import qrcode
from qrcode.constants import ERROR_CORRECT_M

MODULE_PIXELS = 6
QUIET_ZONE = 4  # modules; Source: ISO/IEC 18004


def png(text: str) -> bytes:
    """A black and white PNG of the text's QR code."""
    modules = _modules(text)
    side = len(modules) * MODULE_PIXELS
    scanlines = b"".join(_scanline(row) * MODULE_PIXELS for row in modules)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)  # one bit a pixel, greyscale
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(scanlines, 9))
        + _chunk(b"IEND", b"")
    )


def svg(text: str, label: str = "QR code for your authenticator app") -> str:
    """An SVG of the text's QR code with its own white ground, so that it reads in a dark page.

    `label` is what a screen reader says; it must hold no markup.
    """
    modules = _modules(text)
    side = len(modules)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )


def _modules(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def _scanline(row: list[bool]) -> bytes:
    bits = "".join("0" * MODULE_PIXELS if dark else "1" * MODULE_PIXELS for dark in row)
    padded = bits.ljust(-(-len(bits) // 8) * 8, "1")
    return b"\x00" + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
