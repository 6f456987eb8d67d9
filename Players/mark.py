"""Reads the test pattern back from pictures and sound, without any of Lathe's own code: see Sources/Pattern."""

from pathlib import Path

import numpy

COLUMNS, ROWS, BITS = 20, 3, 60
SAMPLES = 8
PICTURES_A_SECOND = 30
SOUND_RATE = 48_000


def read_pgm(path):
    """A grey picture of 8 bits, as rows of numbers."""
    data = Path(path).read_bytes()
    fields, place = [], 0
    while len(fields) < 4:
        end = place
        while data[end] not in b" \t\r\n":
            end += 1
        if data[place:place + 1] == b"#":
            place = data.index(b"\n", place) + 1
            continue
        if end > place:
            fields.append(data[place:end])
        place = end + 1
    width, height = int(fields[1]), int(fields[2])
    return numpy.frombuffer(data, numpy.uint8, width * height, place).reshape(height, width)


def number(picture):
    """Which picture of the pattern it is; nothing if its check bits disagree."""
    height, width = picture.shape
    top, count = height // 4, height * 9 // 20 - height // 4
    steps = numpy.arange(SAMPLES)

    def middle(begin, end):
        return begin + (end - begin) // 4 + (end - begin) * steps // (2 * SAMPLES)

    code = 0
    for index in range(BITS):
        row, column = divmod(index, COLUMNS)
        rows = middle(top + count * row // ROWS, top + count * (row + 1) // ROWS)
        columns = middle(width * column // COLUMNS, width * (column + 1) // COLUMNS)
        code = code << 1 | int(picture[numpy.ix_(rows, columns)].mean() >= 126)
    value = code >> 12
    return value >> 24 & 0xFFFFFF if check(value) == code & 0xFFF else None


def check(value):
    """The cyclic check of 48 bits, x¹²+x¹¹+x³+x²+x+1, from all ones."""
    register = 0xFFF
    for bit in range(47, -1, -1):
        carry = register >> 11 ^ value >> bit & 1
        register = register << 1 & 0xFFF
        if carry:
            register ^= 0x80F
    return register


def turned_number(picture):
    """The number, and how many degrees clockwise the pattern appears turned."""
    for turns in range(4):
        # A pattern that was turned clockwise stands upright after as many turns the other way.
        found = number(numpy.rot90(picture, turns))
        if found is not None:
            return found, turns * 90
    return None, 0


def beeps(sound):
    """How many beeps of a tenth of a second, one a second, are in mono sound."""
    chunks = sound[:len(sound) // 480 * 480].reshape(-1, 480).astype(numpy.float64)
    loud = numpy.sqrt((chunks ** 2).mean(axis=1)) > 2000 if len(chunks) else numpy.zeros(0, bool)
    return int((loud[1:] & ~loud[:-1]).sum() + (loud[:1].sum()))
