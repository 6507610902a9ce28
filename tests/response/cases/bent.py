"""Photos that break a decoder."""

import io
from struct import pack

from PIL import Image

_ORIENTATION = 0x0112


def bent_photo() -> bytes:
    """A JPEG that stands on its side and says so beside a width made of letters."""
    width = pack(">HHI4s", 0x0100, 2, 4, b"abc")
    turned = pack(">HHI4s", _ORIENTATION, 3, 1, b"\0\6")
    exif = b"Exif\0\0MM\0*" + pack(">IH", 8, 2) + width + turned + pack(">I", 0)
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()
