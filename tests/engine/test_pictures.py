"""Somebody's own picture, and everything that is none."""

import base64
import io
import resource
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import pictures
from engine.datasets import photograph
from engine.pictures import SIDE, from_grey, read, shrink


def file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo(width: int = 200, height: int = 120) -> Image.Image:
    return Image.fromarray(np.round(255 * photograph("china")[:height, :width]).astype(np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_of_any_kind_becomes_its_middle(kind: str) -> None:
    image = photo().convert("P") if kind == "GIF" else photo()
    text = shrink(file(image, kind))
    assert len(text) < pictures.LONGEST_TEXT
    assert text.isascii()
    colour, grey = read(text, False), read(text, True)
    assert colour.shape == (SIDE, SIDE, 3)
    assert grey.shape == (SIDE, SIDE, 1)
    middle = np.asarray(photo().crop((40, 0, 160, 120)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)) / 255
    assert np.abs(colour - middle).mean() < 0.06
    assert not colour.flags.writeable


def test_noise_still_fits_into_an_address() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    assert len(shrink(file(Image.fromarray(noise)))) < pictures.LONGEST_TEXT


def test_it_is_turned_as_the_camera_was_held() -> None:
    image = Image.new("RGB", (100, 100), "black")
    image.paste("white", (0, 0, 100, 50))  # the upper half
    turned = Image.Exif()
    turned[0x0112] = 6  # turn right to see it upright
    x = read(shrink(file(image, "JPEG", exif=turned)), True)[..., 0]
    assert x[:, -10:].mean() > 0.9
    assert x[:, :10].mean() < 0.1


def test_a_large_picture_is_turned_too_and_needs_little_memory() -> None:
    image = Image.new("RGB", (5000, 4000), "black")
    image.paste("white", (0, 0, 5000, 2000))
    turned = Image.Exif()
    turned[0x0112] = 6
    for kind in ("JPEG", "PNG"):
        data = file(image, kind, exif=turned)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        x = read(shrink(data), True)[..., 0]
        assert x[:, -10:].mean() > 0.9
        assert x[:, :10].mean() < 0.1
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # kilobytes; decoded it has 60,000


@pytest.mark.parametrize("side", [60, 900])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "L", "CMYK", "I;16"])
def test_every_mode_is_read(mode: str, side: int) -> None:
    grey = Image.new("L", (side, side), 200)
    image = Image.fromarray(np.full((side, side), 200 * 257, np.uint16)) if mode == "I;16" else grey.convert(mode)
    x = read(shrink(file(image, "TIFF" if mode in ("CMYK", "PA") else "PNG")), True)
    assert x.shape == (SIDE, SIDE, 1)
    assert x == pytest.approx(200 / 255, abs=0.01)


def test_black_and_white_is_read() -> None:
    assert read(shrink(file(Image.new("1", (60, 60), 1))), True).min() > 0.98


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_without_a_range_are_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="8 or 16 bits a channel, not 32"):
        shrink(file(Image.new("L", (60, 60), 200).convert(mode), "TIFF"))


@pytest.mark.parametrize(("width", "height"), [(2, 12_000_000), (383, 62_000), (62_000, 383)])
def test_a_narrow_picture_needs_little_memory(width: int, height: int) -> None:
    data = png(width, height, zlib.compress((b"\0" + b"\x80" * 3 * width) * height))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(shrink(data), True) == pytest.approx(128 / 255, abs=0.01)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes; decoded it has 72,000


def test_a_jpeg_that_repeats_its_scans_is_refused() -> None:
    data = file(photo(), "JPEG", progressive=True)
    first = data.index(b"\xff\xda")
    end = data.index(b"\xff\xc4", first) if b"\xff\xc4" in data[first:] else len(data) - 2
    with pytest.raises(ValueError, match="at most 64 scans, not"):
        shrink(data[:end] + data[first:end] * 200 + data[end:])


def test_broken_metadata_does_not_matter() -> None:
    data = file(photo(), "JPEG", exif=b"Exif\0\0MM\0*" + b"\xff" * 40)
    assert np.array_equal(read(shrink(data), True), read(shrink(file(photo(), "JPEG")), True))


def test_what_a_decoder_raises_is_no_accident_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (struct.error("unpack"), KeyError(7), TypeError("none"), ValueError("MAX_TEXT_CHUNK")):
        monkeypatch.setattr(Image, "open", lambda *_, error=error, **__: (_ for _ in ()).throw(error))
        with pytest.raises(ValueError, match="cannot be read as a picture"):
            shrink(b"anything")


def test_what_is_transparent_is_white() -> None:
    assert read(shrink(file(Image.new("RGBA", (50, 50), (0, 0, 0, 0)))), True).min() > 0.98


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("L", (50, 50), level) for level in (250, 0, 120)]
    data = file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read(shrink(data), True).mean() > 0.9


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"no picture", "cannot be read as a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as a picture"),
        (b"%PDF-1.7", "cannot be read as a picture"),
        (file(photo(), "JPEG")[:900], "cannot be read as a picture"),
        (file(photo(), "PNG")[:900], "cannot be read as a picture"),
        (png(100, 100, zlib.compress(b"\0" * 40)), "cannot be read as a picture"),
        (png(1, 1, zlib.compress(b"\0" * 4)), "at least 2 × 2 pixels, not 1 × 1"),
        (png(10_000, 10_000), "at most 24,000,000 pixels, not 100,000,000"),
        (png(2**31 - 1, 2**31 - 1), "at most 24,000,000 pixels"),
        (b"\xff" * (pictures.LARGEST_FILE + 1), "at most 8,000,000 bytes, not 8,000,001"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_the_rule(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shrink(data)


def test_a_drawing_becomes_a_picture() -> None:
    drawing = np.zeros((SIDE, SIDE))
    drawing[10:30, 20:25] = 1
    x = read(from_grey(drawing), True)[..., 0]
    assert x[12:28, 21:24].min() > 0.8
    assert x[35:, :].max() < 0.2
    with pytest.raises(ValueError, match="nothing is drawn yet"):
        from_grey(np.zeros((SIDE, SIDE)))
    with pytest.raises(ValueError, match="a drawing must be 48 × 48 numbers from 0 to 1"):
        from_grey(np.full((SIDE, SIDE), np.nan))
    with pytest.raises(ValueError, match=r"not of shape \(3, 3\)"):
        from_grey(np.zeros((3, 3)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no picture"),
        ("!!!", "this is no picture"),
        ("ä", "this is no picture"),
        ("AAAA", "this is no picture"),
        ("A" * 6001, "at most 6,000 characters"),
        (base64.urlsafe_b64encode(file(Image.new("RGB", (49, 48)), "JPEG")).decode(), "48 × 48 pixels, not 49 × 48"),
        (base64.urlsafe_b64encode(file(Image.new("RGB", (48, 48)), "PNG")).decode(), "this is no picture"),
        (shrink(file(photo()))[:400], "this is no picture"),
    ],
)
def test_an_address_that_holds_no_picture_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(text, True)
