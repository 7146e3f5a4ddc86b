"""Pictures made from nothing: a canvas, a street for want of footage, a texture to measure with."""

from collections.abc import Iterator
from random import Random

import av

Colour = tuple[int, int, int]
"""Y, Cb, Cr in the limited range."""


def yuv_frame(width: int, height: int, y: bytes, u: bytes, v: bytes) -> av.VideoFrame:
    """A frame of three tightly packed 4:2:0 planes."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, data in zip(frame.planes, (y, u, v), strict=True):
        if plane.line_size == plane.width:
            plane.update(data)
            continue
        padding = bytes(plane.line_size - plane.width)
        plane.update(
            b"".join(
                data[at : at + plane.width] + padding for at in range(0, len(data), plane.width)
            )
        )
    return frame


_GLYPHS = {  # five by seven, a row a number, the letters of the notice alone
    " ": (0, 0, 0, 0, 0, 0, 0),
    "A": (14, 17, 17, 31, 17, 17, 17),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "N": (17, 25, 21, 19, 17, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "W": (17, 17, 17, 21, 21, 27, 17),
}
NOTICE = "DRAWN STREET   NO FOOTAGE"


class Canvas:
    """A 4:2:0 picture of rectangles; coordinates are rounded down to even numbers."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self._y = bytearray([colour[0]]) * (width * height)
        self._u = bytearray([colour[1]]) * (width * height // 4)
        self._v = bytearray([colour[2]]) * (width * height // 4)

    def copy(self) -> "Canvas":
        other = object.__new__(Canvas)
        other.width, other.height = self.width, self.height
        other._y, other._u, other._v = self._y[:], self._u[:], self._v[:]
        return other

    def fill(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle as far as it lies in the picture."""
        left, right = (max(0, min(at, self.width)) & ~1 for at in (x, x + width))
        top, bottom = (max(0, min(at, self.height)) & ~1 for at in (y, y + height))
        if left >= right:
            return
        for plane, step, value in (
            (self._y, 1, colour[0]),
            (self._u, 2, colour[1]),
            (self._v, 2, colour[2]),
        ):
            stride, count = self.width // step, (right - left) // step
            run = bytes([value]) * count
            for row in range(top // step, bottom // step):
                at = row * stride + left // step
                plane[at : at + count] = run

    def write(self, x: int, y: int, text: str, dot: int, colour: Colour) -> None:
        """Letters of 5 by 7 dots, each `dot` pixels wide (an even number)."""
        for number, letter in enumerate(text):
            for row, bits in enumerate(_GLYPHS[letter]):
                for column in range(5):
                    if bits >> (4 - column) & 1:
                        self.fill(x + (number * 6 + column) * dot, y + row * dot, dot, dot, colour)

    def frame(self) -> av.VideoFrame:
        return yuv_frame(self.width, self.height, bytes(self._y), bytes(self._u), bytes(self._v))


_SKY: Colour = (150, 140, 118)
_WALLS: tuple[Colour, ...] = ((105, 120, 138), (125, 118, 134), (92, 126, 130), (115, 122, 144))
_WINDOW: Colour = (60, 134, 122)
_PAVEMENT: Colour = (120, 127, 129)
_ROAD: Colour = (70, 129, 127)
_LINE: Colour = (190, 126, 129)
_CARS: tuple[Colour, ...] = ((90, 100, 190), (110, 170, 100), (200, 128, 128), (45, 128, 128))
_COATS: tuple[Colour, ...] = ((70, 150, 110), (130, 100, 150), (60, 120, 140), (160, 110, 140))
_SKIN: Colour = (140, 112, 150)


def street(width: int, height: int, rate: int, count: int) -> Iterator[av.VideoFrame]:
    """A street of moving shapes that says on the picture that it is drawn.

    Everything that moves returns to its beginning after `count` pictures, so a loop has no seam.
    """
    empty = _empty_street(width, height)
    for number in range(count):
        canvas = empty.copy()
        for index, colour in enumerate(_COATS * 2):
            tall = height // 8
            at = _along(number, count, index + 1, index * 77, width + 40) - 40
            at = at if index % 2 else width - at - 40
            foot = height * (62 + 3 * (index % 2)) // 100
            swing = (number * 8 // rate % 2) * 2
            canvas.fill(at, foot - tall, tall // 4, tall // 4, _SKIN)
            canvas.fill(at - tall // 8, foot - tall * 3 // 4, tall // 2, tall // 2, colour)
            canvas.fill(at - swing, foot - tall // 4, tall // 8, tall // 4, _WINDOW)
            canvas.fill(at + tall // 6 + swing, foot - tall // 4, tall // 8, tall // 4, _WINDOW)
        for index, colour in enumerate(_CARS):
            long, high = width // 6, height // 10
            at = _along(number, count, 2 + index, index * 211, width + long) - long
            at = at if index % 2 else width - at - long
            top = height * (71 + 12 * (index % 2)) // 100
            canvas.fill(at + long // 5, top - high // 2, long * 3 // 5, high // 2, _WINDOW)
            canvas.fill(at, top, long, high, colour)
            for wheel in (long // 6, long * 2 // 3):
                canvas.fill(at + wheel, top + high * 3 // 4, long // 6, high // 2, (25, 128, 128))
        yield canvas.frame()


def _along(number: int, count: int, rounds: int, start: int, distance: int) -> int:
    return (start + number * rounds * distance // count) % distance


def _empty_street(width: int, height: int) -> Canvas:
    canvas = Canvas(width, height, _SKY)
    house = width // 5
    for index in range(5):
        top = height * (10 + 7 * (index * 3 % 4)) // 100
        canvas.fill(index * house, top, house, height, _WALLS[index % len(_WALLS)])
        for row in range(top + height // 20, height // 2, height // 10):
            for column in range(3):
                at = index * house + house // 8 + column * house * 2 // 7
                canvas.fill(at, row, house // 6, height // 16, _WINDOW)
    canvas.fill(0, height * 55 // 100, width, height, _PAVEMENT)
    canvas.fill(0, height * 68 // 100, width, height * 26 // 100, _ROAD)
    for at in range(0, width, width // 10):
        canvas.fill(at, height * 80 // 100, width // 20, height // 100, _LINE)
    dot = max(2, width // (len(NOTICE) * 6 + 12) & ~1)
    canvas.fill(0, 0, width, dot * 11, (16, 128, 128))
    canvas.write(dot * 3, dot * 2, NOTICE, dot, (225, 60, 150))
    return canvas


def moving_texture(width: int, height: int, count: int) -> Iterator[av.VideoFrame]:
    """A smooth random texture that drifts: as hard to code as foliage in wind, always the same."""
    random = Random(1)  # noqa: S311 - a picture, not a secret
    margin = 64
    tile_width, tile_height = (width + margin) // 8 * 8, (height + margin) // 8 * 8
    small = yuv_frame(
        tile_width // 4,
        tile_height // 4,
        bytes(40 + value * 3 // 4 for value in random.randbytes(tile_width * tile_height // 16)),
        bytes(108 + value // 6 for value in random.randbytes(tile_width * tile_height // 64)),
        bytes(108 + value // 6 for value in random.randbytes(tile_width * tile_height // 64)),
    )
    large = small.reformat(tile_width, tile_height, interpolation="BICUBIC")
    planes = [(bytes(plane), plane.line_size) for plane in large.planes]
    for number in range(count):
        # Two triangle waves of different periods: the drift never jumps and never stands still.
        x = _triangle(number * 2, margin) & ~1
        y = _triangle(number * 3 // 2, margin) & ~1
        cut = []
        for (data, stride), step in zip(planes, (1, 2, 2), strict=True):
            rows = range(y // step, y // step + height // step)
            cut.append(
                b"".join(
                    data[row * stride + x // step : row * stride + (x + width) // step]
                    for row in rows
                )
            )
        yield yuv_frame(width, height, cut[0], cut[1], cut[2])


def _triangle(value: int, top: int) -> int:
    value %= 2 * (top - 8)
    return min(value, 2 * (top - 8) - value)
