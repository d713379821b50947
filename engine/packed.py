"""What a learner brings along, as text for an address: compressed, in the letters that an address may have.

Who has the address has the data, and the server stores none. Whatever stands in an address may be wrong or malicious.
"""

import base64
import binascii
import codecs
import re
import zlib

LONGEST = 6000  # characters
LARGEST_FILE = 1_000_000  # bytes
MARK_NAMED = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)


def opened(data: bytes, refusal: str) -> str:
    """The text of a file: in UTF-8, or in UTF-16 where its first two bytes say so, as spreadsheets save it.

    A first line that names the mark between cells, `sep=;`, is theirs as well, and left out. Where it is no text,
    `refusal` says what could be read.
    """
    if len(data) > LARGEST_FILE:
        raise ValueError(f"it must have at most {LARGEST_FILE // 10**6} megabyte, not {len(data) / 1e6:.1f}")
    try:
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(refusal) from error
    return MARK_NAMED.sub("", text)


def number(text: str) -> float:
    """What Python reads as a number, but for its own 1_000."""
    if "_" in text:
        raise ValueError(f"{text!r} is no number")
    return float(text)


def unclosed(lines: list[str]) -> list[str]:
    """Without the mark that ends every line, as some programs write it. Where it ends only some, there numbers miss."""
    for mark in ";\t,":
        if all(line.endswith(mark) for line in lines[1:]):
            return [line.removesuffix(mark) for line in lines]
    return lines


def pack(data: bytes) -> str:
    text = base64.urlsafe_b64encode(zlib.compress(data, 9)).decode("ascii")
    if len(text) > LONGEST:
        raise ValueError(f"an address has room for {LONGEST:,} characters of it, not for {len(text):,}: shorten it")
    return text


def unpack(text: str, most: int) -> bytes:
    """At most so many bytes: a small text may stand for gigabytes."""
    if len(text) > LONGEST:
        raise ValueError(f"an address has room for {LONGEST:,} characters of it, not for {len(text):,}")
    try:
        stream = zlib.decompressobj()
        data = stream.decompress(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True), most + 1)
    except (zlib.error, binascii.Error, UnicodeError) as error:
        raise ValueError("this was not packed here") from error
    if len(data) > most or not stream.eof or stream.unused_data:
        raise ValueError("this was not packed here")
    return data
