"""What one player tells of one file; every `with_*.py` prints this as JSON.

Only the standard library, since GStreamer's bindings belong to Debian's own Python.
"""

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Report:
    version: str = ""
    """What the player calls itself."""
    opens: bool = False
    """It found out what the file is, and showed or sounded something."""
    duration: float | None = None
    """Seconds, as the player announces it."""
    ended: bool = False
    """It came to the end by itself."""
    pictures: int = 0
    """How many it decoded from the beginning to the end."""
    last: str | None = None
    """The last picture as it is shown, a PGM file."""
    sought: dict = field(default_factory=dict)
    """Seconds it was sent to, as text, and the picture it then showed."""
    sound: str | None = None
    """What it sounds like, 48 kHz, one channel, signed 16 bits; nothing if the player does not give it."""
    beeps: int = 0
    """How many it heard, where it gives no sound."""
    heard: bool = False
    """It decoded sound."""
    errors: list = field(default_factory=list)
    """What it complained of."""

    def print(self):
        print(json.dumps(asdict(self)))


@dataclass
class Order:
    file: Path
    folder: Path
    """Where pictures and sound go."""
    places: list
    """Seconds to seek to."""
    size: tuple
    """The first coded picture's; 0 × 0 without pictures."""
    seconds: float
    """How long the file really is."""

    @property
    def patience(self):
        """Seconds after which a player that has not come to the end never will."""
        return self.seconds * 2 + 20


def order():
    """Reads the command line: FILE FOLDER WIDTHxHEIGHT SECONDS PLACE…"""
    file, folder, size, seconds, *places = sys.argv[1:]
    width, height = map(int, size.split("x"))
    return Order(Path(file).resolve(), Path(folder), [float(one) for one in places], (width, height), float(seconds))


def write_pgm(path, width, height, rows):
    """Keeps a grey picture."""
    Path(path).write_bytes(b"P5\n%d %d\n255\n" % (width, height) + rows)
    return str(path)
