"""Compares what a player told with what the file must show."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy

import mark

NUMBERS_OFF = 2
SECONDS_OFF = 0.1
# What FFmpeg, alone or inside another player, says of a file whose last fragment is cut short.
OF_A_CUT = re.compile(r"truncat|ended prematurely|packet corrupt|partial file", re.I)


@dataclass(frozen=True)
class Failure:
    check: str
    """opens, plays, seeks, duration, turn, size, sound or complains."""
    seen: str


def number_in(path):
    return mark.turned_number(mark.read_pgm(path)) if path else (None, 0)


def judge(kind, truth, report):
    """Everything that the player fails in; an empty list is a yes."""
    if not report["opens"]:
        return [Failure("opens", "; ".join(report["errors"][:2]) or "does not open it")]
    found = [*plays(truth, report), *duration(truth, report), *sound(truth, report), *complains(kind, report)]
    if kind.video:
        found += [*seeks(truth, report), *turn(report)]
    return found


def plays(truth, report):
    if not report["ended"]:
        return [Failure("plays", "; ".join(report["errors"][:2]) or "does not come to the end")]
    if not truth.pictures:
        return []
    count, shown = len(truth.pictures), report["pictures"]
    if shown < count * 0.99 - 1:
        return [Failure("plays", f"shows {shown} of {count} pictures")]
    last, number = truth.pictures[-1][1], number_in(report["last"])[0]
    if last is not None and (number is None or abs(number - last) > NUMBERS_OFF):
        return [Failure("plays", f"ends on {named(number)} instead of {last}")]
    return []


def named(number):
    return "no readable picture" if number is None else f"picture {number}"


def seeks(truth, report):
    missed = []
    for place, path in report["sought"].items():
        wanted, number = truth.number_at(float(place)), number_in(path)[0]
        if wanted is None:
            continue  # The file is at fault, and said to be.
        if number is None or abs(number - wanted) > NUMBERS_OFF:
            missed.append(f"at {float(place):.1f} s shows {named(number)} instead of {wanted}")
    if not report["sought"]:
        missed.append("cannot seek")
    return [Failure("seeks", "; ".join(missed))] if missed else []


def duration(truth, report):
    found = report["duration"]
    if found is None:
        return [Failure("duration", "does not know how long it is")]
    if abs(found - truth.seconds) <= SECONDS_OFF:
        return []
    return [Failure("duration", f"says {found:.2f} s, it is {truth.seconds:.2f} s")]


def turn(report):
    """A sender whose camera lies sideways sends the pattern so; who turns the picture as told shows it upright."""
    found = number_in(report["last"])[1]
    return [Failure("turn", f"shows the picture turned by {found}°")] if found else []


def sound(truth, report):
    if report["sound"]:
        count = mark.beeps(numpy.fromfile(report["sound"], numpy.int16)) if Path(report["sound"]).exists() else 0
    else:
        count = report["beeps"]
    return [] if count >= truth.beeps - 1 else [Failure("sound", f"sounds {count} of {truth.beeps} beeps")]


def complains(kind, report):
    lines = [line for line in report["errors"] if not (kind.cut and OF_A_CUT.search(line))]
    return [Failure("complains", "; ".join(lines[:3]))] if lines else []
