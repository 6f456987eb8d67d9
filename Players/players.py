#!/usr/bin/env python3
"""Which players play what Lathe writes: makes docs/players.md.

    players.py [--only KIND,…] [--players PLAYER,…] [--keep FOLDER [--again]] [--page FILE]
    players.py [--players PLAYER,…] [--keep FOLDER] FILE…

Makes a file of every kind in kinds.py and gives it to every player. Without --only and --players the result
replaces docs/players.md; --page says otherwise. --keep leaves files, pictures and reports in a folder; with --again
what is there is judged anew, and only what is missing is made and played. With files, recordings of the pattern from
anywhere, only those are played, and no page is made.

Status 1 means that a kind could not be made, that its file is at fault, or that a player failed in a way that
limits.py does not explain.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Tests/EndToEnd"))

from judging import judge  # noqa: E402 - harness, which some of these need, is found by the path above
from kinds import KINDS, Kind  # noqa: E402
from making import Missing, make  # noqa: E402
from page import PLAYERS, write  # noqa: E402
from report import Report  # noqa: E402
from truth import Truth  # noqa: E402

COMMANDS = {
    "ffmpeg": [sys.executable, HERE / "with_ffmpeg.py"],
    # Debian's own Python has GStreamer's bindings.
    "gstreamer": ["/usr/bin/python3", HERE / "with_gstreamer.py"],
    "vlc": [sys.executable, HERE / "with_vlc.py"],
    "mpv": [sys.executable, HERE / "with_mpv.py"],
    "chromium": [sys.executable, HERE / "with_browser.py", "chromium"],
    "firefox": [sys.executable, HERE / "with_browser.py", "firefox"],
}
# How many play at a time: most of them keep real time, and would drop pictures on a busy machine.
AT_A_TIME = 2
# About the middle, back, and on: none of them where a keyframe happens to be.
PARTS = (0.47, 0.22, 0.73)


@dataclass
class Results:
    judged: dict = field(default_factory=dict)
    """Failures by kind and player."""
    versions: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    faults: list = field(default_factory=list)


def kept(player, kind, folder):
    path = folder / kind.name / player / "report.json"
    return json.loads(path.read_text()) if path.exists() else None


def play(player, kind, path, truth, folder):
    """Runs one player on one file in a process of its own, which may hang or die."""
    place = folder / kind.name / player
    place.mkdir(parents=True, exist_ok=True)
    for old in place.rglob("*"):
        if not old.is_dir():
            old.unlink()
    width, height = truth.sizes[0] if truth.sizes else (0, 0)
    places = [round(truth.seconds * part, 2) for part in PARTS]
    command = [*COMMANDS[player], path, place, f"{width}x{height}", truth.seconds, *places]
    try:
        done = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=180)
        report = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        report = vars(Report(errors=["hangs"]))
    except (IndexError, ValueError):
        report = vars(Report(errors=[f"the player died: {done.stderr.strip()[-300:]}"]))
    (place / "report.json").write_text(json.dumps(report, indent=1))
    return report


def judged(player, kind, path, truth, folder, again):
    """Failures of one player; what fails is tried again once, since a busy machine drops pictures."""
    report = kept(player, kind, folder) if again else None
    if report:
        return report["version"], judge(kind, truth, report)
    for _ in range(2):
        report = play(player, kind, path, truth, folder)
        failures = judge(kind, truth, report)
        if not failures:
            break
    return report["version"], failures


def make_all(kinds, folder, results, again):
    made = []
    for kind in kinds:
        path = folder / f"{kind.name}.{kind.container}"
        try:
            path, truth = (path, Truth(path, folder)) if again and path.exists() else make(kind, folder)
        except Missing as why:
            print(f"MISSING {kind.name}: {why}", flush=True)
            results.missing.append((kind, str(why)))
            continue
        for problem in truth.problems:
            print(f"FAULT   {kind.name}: {problem}", flush=True)
            results.faults.append((kind, problem))
        print(f"made    {kind.name}: {len(truth.pictures)} pictures, {truth.beeps} beeps, {truth.seconds:.2f} s",
              flush=True)
        made.append((kind, path, truth))
    return made


def given(paths, folder):
    """Files from elsewhere, as kinds of their own."""
    for path in paths:
        truth = Truth(path, folder)
        for problem in truth.problems:
            print(f"FAULT   {path.name}: {problem}", flush=True)
        kind = Kind(path.name, truth.video, truth.audio, path.suffix[1:], turn=truth.turn,
                    resized=len(truth.sizes) > 1)
        yield kind, path, truth


def play_all(made, players, folder, results, again=False):
    def one(job):
        player, (kind, path, truth) = job
        version, failures = judged(player, kind, path, truth, folder, again)
        results.versions[player] = version or results.versions.get(player, "")
        results.judged.setdefault(kind.name, {})[player] = failures
        text = "; ".join(f"{failure.check}: {failure.seen}" for failure in failures)
        line = f"{'FAILS  ' if failures else 'plays  '} {kind.name} in {PLAYERS[player]}{': ' + text if text else ''}"
        # In one piece, since others print at the same time.
        print(f"{line}\n", end="", flush=True)

    jobs = [(player, item) for item in made for player in players]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(one, jobs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="kinds, by name")
    parser.add_argument("--players", help="players, by name")
    parser.add_argument("--keep", type=Path, help="a folder for files, pictures and reports")
    parser.add_argument("--again", action="store_true", help="judge what --keep left")
    parser.add_argument("--page", type=Path, help="where the page goes")
    parser.add_argument("file", type=Path, nargs="*", help="recordings of the pattern to play instead")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if not options.only or kind.name in options.only.split(",")]
    players = [one for one in PLAYERS if not options.players or one in options.players.split(",")]
    is_whole = not options.only and not options.players
    with tempfile.TemporaryDirectory(prefix="lathe-players-") as passing:
        folder = options.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        results = Results()
        if options.file:
            play_all(list(given(options.file, folder)), players, folder, results)
        else:
            play_all(make_all(kinds, folder, results, options.again), players, folder, results, options.again)
    if options.file:
        return 1 if any(any(one.values()) for one in results.judged.values()) else 0
    text, unexplained = write(results, players)
    page = options.page or (HERE.parent / "docs/players.md" if is_whole else None)
    if page:
        page.write_text(text)
    else:
        print(text)
    for line in unexplained:
        print(f"UNEXPLAINED {line}")
    return 1 if unexplained or results.missing or results.faults else 0


if __name__ == "__main__":
    sys.exit(main())
