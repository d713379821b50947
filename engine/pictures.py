"""Somebody's own picture: made small, checked, and written so short that it fits into an address.

A picture may come from anywhere, so nothing about it is believed: the size that it claims is asked before it is
decoded, and whatever the decoder says of it becomes a ValueError whose message can be shown. What is kept is a JPEG of
SIDE × SIDE pixels, as text: who has the address has the picture, and no server stores it.
"""

import base64
import binascii
import io
import warnings
from functools import lru_cache

import numpy as np
from PIL import Image, ImageOps

from engine.arrays import Array

SIDE = 48  # pixels
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
LARGEST_FILE = 8_000_000  # bytes
MOST_PIXELS = 24_000_000  # a large photograph: 72 MB while it is decoded, and nothing of this size after that
LONGEST_TEXT = 6000  # characters of a picture in an address
QUALITY = 85


def shrink(data: bytes) -> str:
    """A picture file → the middle of it, SIDE × SIDE in colour, as text. Of an animation the first frame.

    It is turned as its camera was held, and laid on white where it is transparent.
    """
    if not data:
        raise ValueError("the file is empty")
    if len(data) > LARGEST_FILE:
        raise ValueError(f"the file must have at most {LARGEST_FILE // 10**6} megabytes, not {len(data) / 1e6:.1f}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the decoder, about odd metadata
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(image)
                image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a JPEG is decoded at a fraction of its size
                small = _reduced(image)
                upright = ImageOps.exif_transpose(small) or small
                rgba = upright.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValueError(f"a picture must have at most {MOST_PIXELS // 10**6} megapixels") from error
    except (OSError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        raise ValueError(f"this file cannot be read as a picture ({', '.join(FORMATS)})") from error
    white = Image.new("RGBA", rgba.size, "white")
    middle = ImageOps.fit(Image.alpha_composite(white, rgba).convert("RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    return _encode(middle)


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
    pixels = pixels.reshape(SIDE, SIDE, 1 if grey else 3)
    pixels.flags.writeable = False
    return pixels


def _reduced(image: Image.Image) -> Image.Image:
    """A whole fraction of its size, still a few times larger than it will be, before anything else is done with it."""
    factor = min(image.size) // (4 * SIDE)
    if factor < 2:
        return image
    if image.mode in ("P", "PA", "1") or image.mode.startswith("I;"):  # indices and bits have no mean
        return image.resize((image.width // factor, image.height // factor), Image.Resampling.NEAREST)
    return image.reduce(factor)


def _check_size(image: Image.Image) -> None:
    """What the file says of itself, before anything is decoded."""
    width, height = image.size
    if width < 2 or height < 2:
        raise ValueError(f"a picture must have at least 2 × 2 pixels, not {width} × {height}")
    if width * height > MOST_PIXELS:
        raise ValueError(
            f"a picture must have at most {MOST_PIXELS // 10**6} megapixels, not {width * height / 1e6:.0f}"
        )


def _encode(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return base64.urlsafe_b64encode(file.getvalue()).decode("ascii")
