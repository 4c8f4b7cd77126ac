"""Draw the console's icons for phones, the shapes of api/static/icon.svg, beside it. Run when it changes."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "api" / "static"
GROUND, HANDS, HEAD = "#0d5f53", "#ffffff", "#ffcf70"
SIDE, CORNER = 48, 14
SMOOTH = 4
BOWL = [
    ((9, 28), (14, 27), (17, 33), (24, 33)),
    ((24, 33), (31, 33), (34, 27), (39, 28)),
    ((39, 28), (38, 35), (32, 40), (24, 40)),
    ((24, 40), (16, 40), (10, 35), (9, 28)),
]
"""Cubic curves on the grid of the SVG, SIDE wide."""
Point = tuple[float, float]


def main() -> None:
    for name, side, is_maskable in (
        ("icon-192", 192, False),
        ("icon-512", 512, False),
        ("icon-180", 180, True),
        ("icon-maskable-512", 512, True),
    ):
        _draw(side, is_maskable).save(STATIC / f"{name}.png", optimize=True)


def _draw(side: int, is_maskable: bool) -> Image.Image:
    """A maskable icon fills its square, and keeps what matters in the middle four fifths."""
    large = side * SMOOTH
    scale, shrink = large / SIDE, 0.8 if is_maskable else 1.0

    def place(point: Point) -> Point:
        x, y = ((value - SIDE / 2) * shrink + SIDE / 2 for value in point)
        return x * scale, y * scale

    picture = Image.new("RGBA", (large, large), GROUND if is_maskable else (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    if not is_maskable:
        pen.rounded_rectangle((0, 0, large - 1, large - 1), CORNER * scale, GROUND)
    pen.polygon([place(point) for curve in BOWL for point in _points(curve)], HANDS)
    pen.ellipse((*place((16, 10)), *place((32, 26))), HEAD)
    small = picture.resize((side, side), Image.Resampling.LANCZOS)
    return small.quantize(64, method=Image.Quantize.FASTOCTREE)


def _points(curve: tuple[Point, Point, Point, Point], steps: int = 40) -> list[Point]:
    a, b, c, d = curve
    found = []
    for step in range(steps):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (
            sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1)
        )
        found.append((x, y))
    return found


if __name__ == "__main__":
    main()
