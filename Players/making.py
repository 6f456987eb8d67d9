"""Makes one file of a kind with the real programs: `lathe serve` records what `lathe publish` sends."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness import Failure, Server, lathe, post, start, takes_of
from kinds import PROBED
from truth import Truth

SECONDS = 10
CUT_AFTER = 8
BEEPS = "aevalsrc=0.5*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1):s=48000"


class Missing(Exception):
    """This Lathe does not make such a file; the text says what it said or made instead."""


def sentence(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def record(kind, root):
    """Records one call; returns its only take."""
    try:
        one = Server("--auto-record", "off" if kind.order else "individual", "--audio",
                     "opus" if kind.audio == "opus" else "aac", *kind.serve, root=root)
    except Failure:
        raise Missing(f"lathe serve {' '.join(kind.serve)}: {sentence((root / 'serve.log').read_text())}")
    try:
        if kind.order:
            post(f"{one.url}/v1/recordings", {"channel": "room", **kind.order})
        return (killed if kind.cut else finished)(kind, one)
    finally:
        one.stop()


def beeps(folder):
    """The pattern's sound without its pictures, which make a file of another kind."""
    path = folder / "beeps.ogg"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", BEEPS, "-t", str(SECONDS), "-c:a", "libopus", path],
                   check=True)
    return path


def sending(kind, one, seconds):
    """The command, and what of it matters to a reader."""
    if kind.video:
        what = ["--pattern", "--codec", kind.video, "--seconds", str(seconds), *kind.publish]
    else:
        what = ["--file", beeps(one.root)]
    return ["publish", "--server", one.url, "--channel", "room", "--uid", "1", *what], " ".join(map(str, what))


def finished(kind, one):
    command, words = sending(kind, one, SECONDS)
    done = lathe(*command, check=False, timeout=SECONDS + 30)
    if done.returncode:
        raise Missing(f"lathe publish {words}: {sentence(done.stderr or done.stdout)}")
    return only(kind, takes_of(one.finish("room")))


def killed(kind, one):
    command, words = sending(kind, one, 60)
    user = start(*command)
    try:
        one.wait_for("room", lambda recording: recording["takes"], seconds=10)
        time.sleep(CUT_AFTER)
    except Failure:
        user.kill()
        raise Missing(f"lathe publish {words}: {sentence(user.communicate()[1])}")
    finally:
        one.kill()
        user.kill()
        user.communicate()
    return only(kind, list(one.root.glob("rec/*/*/1_*")))


def only(kind, takes):
    """The one file with the right name; legacy splitting makes another beside it."""
    names = [path.name for path in takes]
    found = [path for path in takes if path.suffix == f".{kind.container}"]
    if len(found) != 1:
        raise Missing(f"it made {', '.join(names) or 'no file'} instead of one .{kind.container}")
    return found[0]


def check(kind, path, truth):
    """A file that is not what its kind promises must not stand in its row."""
    wanted = (PROBED.get(kind.video, kind.video), kind.audio, "." + kind.container)
    made = (truth.video, truth.audio, path.suffix)
    if made != wanted:
        raise Missing(f"it made {made} instead of {wanted}")
    if truth.turn != kind.turn:
        raise Missing(f"the file says to turn the picture by {truth.turn}° instead of {kind.turn}°")
    if (len(truth.sizes) > 1) != kind.resized:
        raise Missing(f"the pictures' sizes are {truth.sizes}")
    if kind.reordered and not truth.is_reordered:
        raise Missing("all pictures are coded in the order that they are shown in")
    if kind.video and (truth.pictures[0][0] > 1) != kind.late:
        raise Missing(f"the first picture is at {truth.pictures[0][0]:.2f} s")


def make(kind, folder):
    """Makes the file; returns it and what it must show."""
    root = Path(tempfile.mkdtemp(prefix="lathe-kind-"))
    try:
        made = record(kind, root)
        path = folder / f"{kind.name}{made.suffix}"
        shutil.copy(made, path)
        truth = Truth(path, folder)
        check(kind, path, truth)
        return path, truth
    except subprocess.TimeoutExpired as error:
        raise Missing(f"it does not come to an end: {error}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
