"""A picture from a stranger comes out as pixels of ours, or not at all and without harm."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.case_words import PICTURE_FAULTS
from bot.redraw import LONGEST_SIDE, Unfit, redraw, veil

SCRIPT = b"<script>alert(document.cookie)</script>"
PLACE = "Hanoi-21.0285-105.8542"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **more: object
) -> bytes:
    """A picture, red on its left half."""
    image = Image.new(mode, size)
    if mode == "RGB":
        image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def photograph(orientation: int) -> bytes:
    """A JPEG as a telephone writes it: turned, with where and by what it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, PLACE
    return picture(exif=exif.tobytes(), comment=PLACE.encode())


def opened(drawn: bytes) -> Image.Image:
    image = Image.open(BytesIO(drawn))
    image.load()
    return image


def colour(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_of_each_kind_becomes_a_jpeg(kind: str) -> None:
    image = opened(redraw(picture(kind)))
    assert (image.format, image.size) == ("JPEG", (300, 200))
    red, green, _ = colour(image, 10, 10)
    assert red > 200 > 60 > green


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "I;16", "1"])
def test_a_picture_in_any_way_of_counting_colours_is_drawn(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(redraw(picture(kind, mode=mode))).mode == "RGB"


def test_what_is_see_through_lies_on_white() -> None:
    image = opened(redraw(picture("PNG", mode="RGBA")))
    assert colour(image, 10, 10) == (255, 255, 255)


def test_a_large_picture_is_made_smaller_and_keeps_its_shape() -> None:
    assert opened(redraw(picture(size=(4000, 3000)))).size == (LONGEST_SIDE, 1200)


def test_a_turned_photograph_stands_upright_and_tells_nothing_of_its_place() -> None:
    drawn = redraw(photograph(orientation=6))
    image = opened(drawn)
    assert image.size == (200, 300)
    assert colour(image, 100, 10)[0] > 200
    assert PLACE.encode() not in drawn
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    image = opened(redraw(out.getvalue()))
    assert getattr(image, "n_frames", 1) == 1
    assert colour(image, 20, 20)[0] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_hangs_on_a_picture_is_cut_off(kind: str) -> None:
    assert SCRIPT not in redraw(picture(kind) + SCRIPT)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    def one(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    return b"\x89PNG\r\n\x1a\n" + b"".join(one(*chunk) for chunk in chunks) + one(b"IEND", b"")


def header(width: int, height: int) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


HOSTILE = {
    "nothing": (b"", "no_picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "no_picture"),
    "html": (b"<!doctype html>" + SCRIPT, "no_picture"),
    "pdf": (b"%PDF-1.7\n" + SCRIPT, "no_picture"),
    "executable": (b"\x7fELF" + bytes(200), "no_picture"),
    "bitmap": (picture("BMP"), "no_picture"),
    "tiff": (picture("TIFF"), "no_picture"),
    "icon": (picture("ICO", size=(32, 32)), "no_picture"),
    "postscript": (picture("EPS"), "no_picture"),
    "cut off jpeg": (picture(size=(900, 900), quality=100)[:-900], "broken"),
    "cut off png": (picture("PNG", size=(900, 900))[:-40], "broken"),
    "first bytes only": (picture()[:20], "no_picture"),
    "script that begins as a gif": (b"GIF89a/*" + SCRIPT + b"*/=1;", "no_picture"),
    "25 megapixels": (picture("PNG", size=(5000, 5000)), "too_many_pixels"),
    "bomb by its header": (png(header(60_000, 60_000), (b"IDAT", b"")), "too_many_pixels"),
    "bomb in a text": (
        png(header(9, 9), (b"zTXt", b"a\0\0" + zlib.compress(bytes(20_000_000), 9))),
        "broken",
    ),
    "no pixels": (png(header(0, 9), (b"IDAT", b"")), "no_picture"),
    "pixels that are none": (png(header(90, 90), (b"IDAT", b"\x00" * 40)), "broken"),
}


@pytest.mark.parametrize(("content", "why"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(Unfit) as refusal:
        redraw(content)
    assert refusal.value.why == why
    assert PICTURE_FAULTS[why]


def _refused_or_drawn(act: Callable[[], bytes]) -> bool:
    try:
        return bool(act())
    except Unfit as unfit:
        return unfit.why in PICTURE_FAULTS


WHOLE = [picture(kind, size=(64, 48)) for kind in ("JPEG", "PNG", "WEBP", "GIF")]
WHOLE.append(photograph(orientation=3))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_a_spoiled_file_is_refused_or_drawn_and_breaks_nothing(
    content: bytes, spoils: list[tuple[int, int]]
) -> None:
    spoiled = bytearray(content)
    for place, value in spoils:
        spoiled[place % len(spoiled)] = value
    assert _refused_or_drawn(lambda: redraw(bytes(spoiled)))


def test_the_veil_shows_nothing_but_colours() -> None:
    veiled = opened(veil(redraw(picture(size=(1200, 900)))))
    assert max(veiled.size) == 16
