"""Photos made anew: what strangers sent is never handed on as it came.

Only the pixels are taken over. Where and with what it was taken, thumbnails, and whatever
else a file can carry stay behind.
"""

import io
import warnings
from typing import Final, NamedTuple

from PIL import Image, ImageOps

from safeconduct.response.cases.terms import PHOTO_SIDE

# Beyond that a file of some kilobytes could fill the memory of a machine.
_MOST_PIXELS: Final = 60_000_000
_KINDS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 78


class NotAPhotoError(Exception):
    """The bytes are no photo of a kind we read."""


class Picture(NamedTuple):
    """A JPEG of ours."""

    content: bytes
    width: int
    height: int


def made_anew(sent: bytes) -> Picture:
    """The photo in a file that was sent, upright, at most ``PHOTO_SIDE`` pixels long.

    :raises NotAPhotoError: for anything but a whole JPEG, PNG or WebP of bearable size.
    """
    try:
        with warnings.catch_warnings():
            # Half of what Pillow warns of is refused here anyway.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            plain = _pixels(sent)
            made = io.BytesIO()
            plain.save(made, "JPEG", quality=_QUALITY, optimize=True)
    # What a decoder may raise of bytes made to break it is listed nowhere.
    except Exception as refusal:
        raise NotAPhotoError from refusal
    return Picture(made.getvalue(), *plain.size)


def _pixels(sent: bytes) -> Image.Image:
    with Image.open(io.BytesIO(sent), formats=_KINDS) as found:
        if found.width * found.height > _MOST_PIXELS:
            raise NotAPhotoError
        found.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
        upright = ImageOps.exif_transpose(found) or found
        upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        plain = Image.new("RGB", upright.size, "white")
        mask = upright.convert("RGBA") if _has_gaps(upright) else None
        plain.paste(upright.convert("RGB"), mask=mask and mask.getchannel("A"))
        return plain


def _has_gaps(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
