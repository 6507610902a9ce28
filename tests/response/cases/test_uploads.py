"""What strangers send as a photo: only its pixels come through, and nothing of it ever runs."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from safeconduct.response.cases.engine.pictures import NotAPhotoError, made_anew
from safeconduct.response.cases.terms import PHOTO_SIDE
from tests import builders

SCRIPT = b"<script>alert(document.domain)</script>"
ZIP = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)


def saved(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **how)
    return made.getvalue()


def located() -> bytes:
    """A photo that says where it was taken (EXIF 2.3, 4.6.6), by whom, and with what."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "SecretCamera", "Leyla"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (40.0, 24.0, 33.0)
    gps[3], gps[4] = "E", (49.0, 52.0, 1.0)
    return saved(exif=exif, comment=b"from my balcony", icc_profile=b"\0" * 40 + b"SecretProfile")


def chunk(name: bytes, content: bytes) -> bytes:
    told = name + content
    return struct.pack(">I", len(content)) + told + struct.pack(">I", zlib.crc32(told))


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it is thousands of millions of pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(200_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_where_and_by_whom_a_photo_was_taken_stays_behind() -> None:
    sent = located()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    made = made_anew(sent)
    found = Image.open(io.BytesIO(made.content))
    assert not found.getexif()
    assert not found.getexif().get_ifd(0x8825)
    assert "icc_profile" not in found.info
    assert "comment" not in found.info
    for word in (b"Exif", b"SecretCamera", b"Leyla", b"balcony", b"SecretProfile"):
        assert word not in made.content


def test_text_in_a_png_or_a_webp_stays_behind() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Location", "40.4093,49.8671")
    for sent in (saved("PNG", pnginfo=text), saved("WEBP", xmp=b"<x>40.4093,49.8671</x>")):
        assert b"40.4093" in sent
        made = made_anew(sent)
        assert b"40.4093" not in made.content
        assert made.content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("rider", [SCRIPT, ZIP, b"%PDF-1.7\n", b"<?php system($_GET[0]);"])
def test_a_file_that_is_two_things_is_a_photo_afterwards(kind: str, rider: bytes) -> None:
    made = made_anew(saved(kind) + rider)
    assert rider not in made.content
    assert made.content.endswith(b"\xff\xd9")
    assert Image.open(io.BytesIO(made.content)).format == "JPEG"


def test_what_hides_inside_a_photo_stays_behind() -> None:
    sent = saved(comment=SCRIPT)
    assert SCRIPT in sent
    assert SCRIPT not in made_anew(sent).content


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html>" + SCRIPT,
        b"%PDF-1.7\n%%EOF",
        ZIP,
        b"GIF89a" + SCRIPT,
        b"\xff\xd8\xff" + SCRIPT,
        b"\x89PNG\r\n\x1a\n" + SCRIPT,
        saved("GIF"),
        saved("BMP"),
        saved("TIFF"),
        saved()[:200],
    ],
    ids=["", "svg", "html", "pdf", "zip", "gif+", "jpeg+", "png+", "gif", "bmp", "tiff", "torn"],
)
def test_what_is_no_whole_photo_of_three_kinds_is_refused(sent: bytes) -> None:
    with pytest.raises(NotAPhotoError):
        made_anew(sent)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = bomb()
    assert len(sent) < 5_000
    unpacked = []
    monkeypatch.setattr(Image.Image, "load", lambda self: unpacked.append(self.size))
    with pytest.raises(NotAPhotoError):
        made_anew(sent)
    assert not unpacked


def test_a_large_photo_is_made_as_small_as_a_screen() -> None:
    made = made_anew(saved(size=(PHOTO_SIDE * 2, PHOTO_SIDE)))
    assert (made.width, made.height) == (PHOTO_SIDE, PHOTO_SIDE // 2)


@pytest.mark.django_db
def test_a_photo_is_an_attachment_at_an_address_that_runs_nothing(pages) -> None:
    photo = builders.help_photo()
    pages.sign_in(builders.officer("duty_officer"))
    answer = pages.get(f"/console/cases/photo/{photo.pk}/")
    assert answer["Content-Disposition"] == f'attachment; filename="{photo.pk}.jpg"'
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"].split("; ")
    assert policy == ["default-src 'none'", "sandbox"]
    assert "no-store" in answer["Cache-Control"]
