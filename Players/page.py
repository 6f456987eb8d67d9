"""Writes docs/players.md."""

import subprocess
from datetime import date

from kinds import GROUPS, NAMES
from limits import limit_of

PLAYERS = {"ffmpeg": "FFmpeg", "gstreamer": "GStreamer", "vlc": "VLC", "mpv": "mpv", "chromium": "Chromium",
           "firefox": "Firefox"}

HEAD = """# Players

What plays the files that Lathe writes. `make players` made this page: it records a call of each kind with
`lathe serve` and `lathe publish`, lets every player play it without a screen, and compares what was shown and heard
with what was sent: each picture of the pattern carries its number, each second begins with a beep.

**yes** is all of these:

- it opens, and plays to the end by itself: 99 of 100 pictures, the right one last, each beep but one;
- it seeks to about the middle, back to a quarter and on to three quarters, and shows the picture that belongs there,
  give or take two;
- it knows the length to a tenth of a second;
- it shows the picture upright, whatever way the sender's camera was held;
- it says nothing of errors.

A number leads to what is wrong and what to choose instead; **no** means that it does not even open.
"""


class Notes:
    """Numbers what is wrong; what has the same cause has the same number."""

    def __init__(self):
        self.texts = []
        self.unexplained = []

    def number(self, player, kind, failure):
        known = limit_of(player, kind, failure)
        if known:
            names = [PLAYERS[one] for one in known.players]
            text = f"{'All' if len(names) == len(PLAYERS) else ', '.join(names)}: {known.why} {known.instead}"
        else:
            text = f"{PLAYERS[player]}: {failure.seen}. *Unexplained.*"
            self.unexplained.append(f"{kind.name} in {PLAYERS[player]}: {failure.check}: {failure.seen}")
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def cell(player, kind, failures, notes):
    if failures is None:
        return "–"
    if not failures:
        return "yes"
    numbers = sorted({notes.number(player, kind, failure) for failure in failures})
    word = "no" if any(failure.check == "opens" for failure in failures) else "partly"
    return f"{word} [{', '.join(map(str, numbers))}](#notes)"


def describe(kind):
    streams = [NAMES[codec] for codec in (kind.video, kind.audio) if codec]
    text = f"{' + '.join(streams) if len(streams) == 2 else streams[0] + ' alone'}, `.{kind.container}`"
    oddities = [("pictures out of order (B-frames)", kind.reordered), (f"turned by {kind.turn}°", kind.turn),
                ("size changes", kind.resized), ("the picture comes late", kind.late), ("cut off", kind.cut)]
    return ", ".join([text, *(words for words, holds in oddities if holds)])


def tables(results, players, notes):
    lines = []
    for title, kinds in GROUPS:
        rows = [kind for kind in kinds if kind.name in results.judged]
        if not rows:
            continue
        lines += [f"## {title}", "", "| file | " + " | ".join(PLAYERS[one] for one in players) + " |",
                  "|---|" + "---|" * len(players)]
        for kind in rows:
            cells = [cell(one, kind, results.judged[kind.name].get(one), notes) for one in players]
            lines.append(f"| {describe(kind)} | " + " | ".join(cells) + " |")
        lines.append("")
    return lines


def advice(results, players):
    """The kinds that need no thought."""
    plain = GROUPS[0][1]
    faulty = [kind.name for kind, _ in results.faults]
    best = [kind for kind in plain if kind.name in results.judged and kind.name not in faulty
            and all(results.judged[kind.name].get(one) == [] for one in players)]
    if not best:
        return []
    return ["## Which to choose", "", "Every player here plays these, whole, without a flaw:", "",
            *(f"- {describe(kind)}" for kind in best), ""]


def versions(results, players):
    lines = ["## Versions", "", "| player | version |", "|---|---|"]
    lines += [f"| {PLAYERS[one]} | {results.versions.get(one, 'missing')} |" for one in players]
    system = subprocess.run(["sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"], capture_output=True, text=True)
    return [*lines, "", f"{system.stdout.strip()}, {date.today().isoformat()}. All are Debian's packages; "
            "`scripts/setup --players` installs them.", ""]


def write(results, players):
    """The page's text, and what nobody has explained yet."""
    notes = Notes()
    body = tables(results, players, notes)
    lines = [HEAD, *advice(results, players), *body]
    if notes.texts:
        lines += ["## Notes", "", *(f"{index}. {text}" for index, text in enumerate(notes.texts, 1)), ""]
    for title, found in (("Not made", results.missing), ("At fault themselves, whoever plays them", results.faults)):
        if found:
            lines += [f"## {title}", "", *(f"- {describe(kind)}: {why}" for kind, why in found), ""]
    lines += versions(results, players)
    return "\n".join(lines).rstrip() + "\n", notes.unexplained
