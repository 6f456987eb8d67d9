"""docs/compatibility.md as its tables say it: sections, rows, and what a cell promises."""

import json
import re

from harness import ROOT, expect

PAGE = ROOT / "docs/compatibility.md"


class Row:
    """One row: the heading it stands under, its cells by the names of their columns, and the names in its first one."""

    def __init__(self, section, columns, cells):
        self.section = section
        self.cells = dict(zip(columns, cells))
        self.names = re.findall(r"`([^`]+)`", cells[0])

    @property
    def key(self):
        """What the row is known by: its heading, and its first cell."""
        return self.section, next(iter(self.cells.values()))

    def __str__(self):
        return " | ".join(self.key)


def sections(text=None):
    """The rows of the page by the headings they stand under."""
    found, section, columns = {}, "", None
    for line in (text or PAGE.read_text()).splitlines():
        if line.startswith("#"):
            section, columns = line.lstrip("# ").replace("`", ""), None
        if not line.startswith("|"):
            columns = None
            continue
        cells = [cell.strip(" ") for cell in line.strip().strip("|").split("|")]
        if columns is None:
            columns = cells
        elif not re.fullmatch(":?-+:?", cells[0]):
            expect(len(cells) == len(columns), f"a row of {section} has {len(cells)} cells: {line}")
            found.setdefault(section, []).append(Row(section, columns, cells))
    expect(text or len(found) > 10, f"the page has tables under {sorted(found)} only")
    return found


def code(cell):
    """What stands between backticks, blanks kept."""
    return re.findall(r"`([^`]+)`", cell)


def requests(cell):
    """The requests that a cell shows, as (method, path, body)."""
    found = []
    for text in code(cell):
        call = re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)", text)
        if call:
            found.append([call.group(1), call.group(2), None])
        elif text.startswith("{") and found and found[-1][2] is None:
            found[-1][2] = json.loads(text)
    return found


def kind(cell):
    """What a cell promises: that it is honoured, refused, ignored, or that there is nothing to call."""
    for word, meaning in (("refused", "refused"), ("ignored", "ignored"), ("nothing to", "nothing"), ("no use", "nothing"),
                          ("not read", "nothing"), ("none", "none")):
        if cell.startswith(word):
            return meaning
    return "honoured"


class Tally:
    """How many rows of one interface were found to be as they say."""

    words = {"honoured": "honoured", "refused": "refused", "ignored": "ignored with a reason", "none": "with no counterpart",
             "nothing": "with nothing to call"}

    def __init__(self, name):
        self.name, self.counts = name, {}

    def add(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def __add__(self, other):
        both = Tally(self.name)
        for one in (self, other):
            for what, number in one.counts.items():
                both.counts[what] = both.counts.get(what, 0) + number
        return both

    def __str__(self):
        parts = [f"{self.counts[what]} {words}" for what, words in self.words.items() if what in self.counts]
        return f"{self.name}: {sum(self.counts.values())} rows: {', '.join(parts)}"
