"""The app's pictures for home screens, drawn from the same few numbers as `static/ui/icon.svg`.

Run as a module it writes them anew: phones want PNG, and no drawing package is needed for a
square and a tick.
"""

import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

FOLDER: Final = Path(__file__).parent / "static" / "ui" / "icons"
_GROUND: Final = (0x12, 0x30, 0x3F)
_MARK: Final = (0xFF, 0xFF, 0xFF)
# The picture's own square, its rounding, and the tick with its half width.
_SIDE: Final = 32.0
_ROUNDING: Final = 4.0
_TICK: Final = ((7.0, 16.5), (13.0, 22.5), (25.0, 9.0))
_HALF_WIDTH: Final = 2.0
# name: pixels, whether the ground fills the whole square, how large the tick is in it.
# Maskable: a phone may cut all but the middle 80 % (W3C App Manifest, "icon masks").
PICTURES: Final = {
    "icon-192.png": (192, False, 1.0),
    "icon-512.png": (512, False, 1.0),
    "maskable-512.png": (512, True, 0.72),
    "apple-180.png": (180, True, 0.85),
}


def picture(name: str) -> bytes:
    """One of ``PICTURES`` as PNG bytes, the same on every machine."""
    pixels, is_filled, size = PICTURES[name]
    scale = _SIDE / pixels
    steps = (np.arange(pixels) + 0.5) * scale
    x, y = np.meshgrid(steps, steps)
    ground = np.ones_like(x) if is_filled else _cover(_outside_square(x, y), scale)
    middle = _SIDE / 2
    across, down = (x - middle) / size + middle, (y - middle) / size + middle
    mark = _cover(_from_tick(across, down) - _HALF_WIDTH, scale / size)
    colours = [_mixed(a, b, mark) for a, b in zip(_GROUND, _MARK, strict=True)]
    return _png(np.stack([*colours, np.round(ground * 255).astype(np.uint8)], axis=-1))


def _cover(distance: Floats, scale: float) -> Floats:
    """How much of each pixel lies inside, by its distance from the edge."""
    return np.clip(0.5 - distance / scale, 0, 1)


def _outside_square(x: Floats, y: Floats) -> Floats:
    reach = _SIDE / 2 - _ROUNDING
    across = np.abs(x - _SIDE / 2) - reach
    down = np.abs(y - _SIDE / 2) - reach
    corner = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    found: Floats = corner + np.minimum(np.maximum(across, down), 0) - _ROUNDING
    return found


def _from_tick(x: Floats, y: Floats) -> Floats:
    found = np.full_like(x, np.inf)
    for (ax, ay), (bx, by) in pairwise(_TICK):
        length = (bx - ax) ** 2 + (by - ay) ** 2
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1)
        found = np.minimum(found, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return found


def _mixed(ground: int, mark: int, share: Floats) -> NDArray[np.uint8]:
    return np.round(ground + (mark - ground) * share).astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Eight bits, red green blue alpha, no filter (W3C PNG, 5 and 11.2)."""
    height, width, _ = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in PICTURES:
        (FOLDER / each).write_bytes(picture(each))
