"""Somebody's own picture: made small, checked, and written so short that it fits into an address.

A picture may come from anywhere, so nothing about it is believed: the size that it claims is asked before it is
decoded, and whatever the decoder says of it becomes a ValueError whose message can be shown. What is kept is a JPEG of
SIDE × SIDE pixels, as text: who has the address has the picture, and no server stores it.
"""

import base64
import binascii
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from PIL import Image

from engine.arrays import Array, read_only

SIDE = 48  # pixels
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
LARGEST_FILE = 8_000_000  # bytes
MOST_PIXELS = 24_000_000  # a large photograph: some 100 MB while it is decoded, and nothing of this size after that
MOST_SCANS = 64  # of a JPEG; progressive ones of cameras have some ten
START_OF_SCAN = b"\xff\xda"
ORIENTATION = 0x0112  # in the metadata
TURNS = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
DECODING = threading.Semaphore(2)  # pictures at a time, for the memory that they take
LONGEST_TEXT = 6000  # characters of a picture in an address
QUALITY = 85


class PictureError(ValueError):
    """What is wrong with somebody's picture, in words that can be shown."""


def shrink(data: bytes) -> str:
    """A picture file → the middle of it, SIDE × SIDE in colour, as text. Of an animation the first frame.

    It is turned as its camera was held, and laid on white where it is transparent.
    """
    if not data:
        raise PictureError("the file is empty")
    if len(data) > LARGEST_FILE:
        raise PictureError(f"the file must have at most {LARGEST_FILE:,} bytes, not {len(data):,}")
    with DECODING, _decoding(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image)
        _check_scans(image, data)
        image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a JPEG is decoded at a fraction of its size
        turn = _orientation(image)
        rgba = _eight_bits(_middle(image)).convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    middle = Image.alpha_composite(white, rgba).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return _encode(middle if turn is None else middle.transpose(turn))


def from_grey(values: Array) -> str:
    """A drawing (SIDE, SIDE), 0 black … 1 white, as text."""
    if values.shape != (SIDE, SIDE) or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"a drawing must be {SIDE} × {SIDE} numbers from 0 to 1, not of shape {values.shape}")
    if np.ptp(values) == 0:
        raise ValueError("nothing is drawn yet")
    return _encode(Image.fromarray(np.round(255 * values).astype(np.uint8), "L").convert("RGB"))


@lru_cache(maxsize=256)
def read(text: str, grey: bool) -> Array:
    """(SIDE, SIDE, 1) or (SIDE, SIDE, 3), 0 … 1 in float64, read-only, of what `shrink` or `from_grey` has written."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a picture takes at most {LONGEST_TEXT:,} characters, not {len(text):,}")
    try:
        data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if image.size != (SIDE, SIDE):
                raise ValueError(f"a picture must have {SIDE} × {SIDE} pixels, not {image.size[0]} × {image.size[1]}")
            pixels = np.asarray(image.convert("L" if grey else "RGB")) / 255.0
    except (OSError, SyntaxError, EOFError, UnicodeError, binascii.Error, Image.DecompressionBombError) as error:
        raise ValueError("this is no picture") from error
    return read_only(pixels.reshape(SIDE, SIDE, 1 if grey else 3))


@contextmanager
def _decoding() -> Iterator[None]:
    """A decoder that is given anything may raise anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata
            yield
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureError(f"a picture must have at most {MOST_PIXELS:,} pixels") from error
    except Exception as error:
        raise PictureError(f"this file cannot be read as a picture ({', '.join(FORMATS)})") from error


def _middle(image: Image.Image) -> Image.Image:
    """The square in the middle, at a whole fraction of its size but larger than SIDE, before anything else is done."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box, factor = (left, top, left + side, top + side), max(1, side // (4 * SIDE))
    if image.mode in ("P", "PA", "1") or image.mode.startswith("I;"):  # indices and bits have no mean
        return image.resize((side // factor, side // factor), Image.Resampling.NEAREST, box)
    return image.reduce(factor, box)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow would cut 16 bits off at 255, and knows no range of the other large numbers."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8), "L")
    if image.mode in ("I", "F"):
        raise PictureError("a picture must have 8 or 16 bits a channel, not 32")
    return image


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held. Only this is read of the metadata, which may be broken."""
    try:
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:
        return None


def _check_scans(image: Image.Image, data: bytes) -> None:
    """A JPEG may go over its picture again and again, and each time costs as much as the first."""
    scans = data.count(START_OF_SCAN) if image.format in ("JPEG", "MPO") else 1
    if scans > MOST_SCANS:
        raise PictureError(f"a JPEG must have at most {MOST_SCANS} scans, not {scans:,}")


def _check_size(image: Image.Image) -> None:
    """What the file says of itself, before anything is decoded."""
    width, height = image.size
    if width < 2 or height < 2:
        raise PictureError(f"a picture must have at least 2 × 2 pixels, not {width} × {height}")
    if width * height > MOST_PIXELS:
        raise PictureError(f"a picture must have at most {MOST_PIXELS:,} pixels, not {width * height:,}")


def _encode(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return base64.urlsafe_b64encode(file.getvalue()).decode("ascii")
