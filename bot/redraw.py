"""A stranger's picture drawn anew: what a counsellor's browser is given was made by us, pixel by pixel.

Only the pixels of the first frame outlive it. Where the photograph was taken, by which device, and
whatever else hides in a file do not.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 24_000_000
LONGEST_SIDE = 1600
VEILED_SIDE = 16
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise for files that break off, or contradict themselves."""


class Unfit(Exception):
    """It cannot be shown; `why` is a key of `case_words.PICTURE_FAULTS`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def redraw(content: bytes) -> bytes:
    """The picture in `content` as a JPEG of at most LONGEST_SIDE pixels a side, upright, on white, with
    nothing else in it.

    Raises:
        Unfit: no JPEG, PNG, WebP or GIF, a broken one, or one of more than MOST_PIXELS.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unfit("too_many_pixels")
            return _draw(image, LONGEST_SIDE)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("too_many_pixels") from None
    except UnidentifiedImageError:
        raise Unfit("no_picture") from None
    except _BROKEN:
        raise Unfit("broken") from None


def veil(drawn: bytes) -> bytes:
    """A few spots of colour instead of a picture that `redraw` made: it tells light from dark, and
    spares whoever sees it before they choose to."""
    with Image.open(BytesIO(drawn), formats=("JPEG",)) as image:
        return _draw(image, VEILED_SIDE)


def _draw(image: Image.Image, side: int) -> bytes:
    image.draft("RGB", (side, side))
    image.load()
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGBA")
    image.thumbnail((side, side))
    image = ImageOps.exif_transpose(image)
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image, mask=image if image.mode == "RGBA" else None)
    out = BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
