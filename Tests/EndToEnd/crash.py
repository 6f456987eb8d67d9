"""Kills one server again and again, at random moments of everything it does, and plays what it leaves each time.

Its users stay and join anew by themselves. A kill comes while they are recorded, while a recording is being stopped, or
while the server that was started next mends what the last one left. Nothing is repaired before it is looked at.

`crash.py MOMENTS [SEED]` prints what was lost; `make test` runs fifty moments with six users, `make soak-crash` a thousand
with twenty.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from browser import chromium, plays
from harness import Server, expect, lathe, post, start

# What FFmpeg says of a file whose last fragment is cut short; nothing is lost but that fragment.
HARMLESS = re.compile(r"Truncating packet|File ended prematurely|Packet corrupt|partial file|^\s*$", re.I)
FEW = (("h264", 2), ("vp8", 2), ("av1", 1), ("vp9", 1))
MANY = (("h264", 5), ("vp8", 5), ("av1", 5), ("vp9", 5))
LONGEST_LOSS = 1.0


def began(path):
    """When a take's time zero was, from its name: <uid>_<UTC down to milliseconds>."""
    stamp = path.stem.rsplit("_", 1)[1]
    moment = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return moment.timestamp() + int(stamp[14:]) / 1000


class Scene:
    """A server that is killed and started again at the same place, and the users that stay."""

    def __init__(self, users):
        self.folder = Path(tempfile.mkdtemp(prefix="lathe-crash-"))
        self.server = Server("--auto-record", "individual", root=self.folder)
        self.count = sum(count for _, count in users)
        self.users = [start("publish", "--server", self.server.url, "--channel", "room", "--uid", 1 + index * 100,
                            "--codec", codec, "--count", count, "--size", "320x240", "--bitrate", "200")
                      for index, (codec, count) in enumerate(users)]
        # Files that were whole before, or looked at and found good after a kill: those do not change any more.
        self.known = {}
        self.losses = []
        self.files = 0

    def close(self):
        for user in self.users:
            user.kill()
            user.communicate()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def takes(self):
        return sorted(path for kind in ("mp4", "webm", "m4a") for path in self.folder.glob(f"rec/*/*/*.{kind}"))

    def wait_until_recorded(self):
        """Every user has a take that is growing, or was just told to."""
        self.server.wait_for("room", lambda one: one["state"] == "recording" and self.count <= sum(
            take["state"] == "open" and take["byteCount"] > 0 for take in one["takes"]), 60)

    def look(self, moment):
        """Every file that was not looked at before plays, and those that were growing reach up to the moment."""
        changed = [path for path in self.takes() if self.known.get(path) != path.stat().st_size]
        with ThreadPoolExecutor(2) as pool:
            for path, (end, packets) in zip(changed, pool.map(play, changed)):
                self.files += 1
                expect(packets > 0, f"{path.name} holds nothing")
                if moment and path not in self.known:
                    lost = moment - began(path) - end
                    expect(lost <= LONGEST_LOSS, f"{path.name} lost {lost:.2f} s")
                    self.losses.append(lost)
                self.known[path] = path.stat().st_size
        return changed


def play(path):
    """Where the last packet of a file ends, and how many it has; fails if FFmpeg does not read it."""
    found = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "json", path],
                           capture_output=True, text=True, timeout=120)
    complaints = [line for line in found.stderr.splitlines() if not HARMLESS.search(line)]
    expect(found.returncode == 0 and not complaints, f"{path.name}: {complaints[:3]}")
    packets = json.loads(found.stdout).get("packets", [])
    ends = [float(one["pts_time"]) + float(one.get("duration_time", 0)) for one in packets if "pts_time" in one]
    return max(ends, default=0), len(packets)


def while_recording(scene, chance):
    scene.wait_until_recorded()
    time.sleep(chance.uniform(0, 2))
    return scene.look(scene.server.kill())


def while_stopping(scene, chance):
    scene.wait_until_recorded()
    time.sleep(chance.uniform(0, 0.5))
    running = next(one for one in scene.server.recordings("room") if one["state"] == "recording")
    post(f"{scene.server.url}/v1/recordings/{running['id']}/stop")
    stopped = time.time()
    time.sleep(chance.choice([0, 0.005, 0.02, 0.05, 0.1, 0.2]) * chance.uniform(0.2, 1))
    scene.server.kill()
    return scene.look(stopped)


def while_mending(scene, chance):
    """The next server dies before it is there, or just after."""
    scene.server.spawn()
    time.sleep(chance.uniform(0, 0.6))
    scene.server.kill()
    return scene.look(None)


PHASES = {"recording": while_recording, "stopping": while_stopping, "mending": while_mending}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def check_in_browser(paths, folder):
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    Thread(target=web.serve_forever, daemon=True).start()
    try:
        with chromium() as browser:
            for path in paths:
                address = f"http://127.0.0.1:{web.server_port}/{path.relative_to(folder)}"
                found = plays(browser, address)
                expect(not found["error"] and found["width"] == 320, f"{path.name} in Chromium: {found}")
    finally:
        web.shutdown()


def campaign(moments, seed, users=FEW):
    """Kills a server so often; every file must play each time, and may lack at most its last second."""
    print(f"        kill seed {seed}", flush=True)
    chance = random.Random(seed)
    scene = Scene(users)
    counts = dict.fromkeys(PHASES, 0)
    try:
        while sum(counts.values()) < moments:
            # Two in three kills need no users, and take half a second.
            for phase in ("recording", "mending", "stopping", "mending")[:moments - sum(counts.values())]:
                if phase != "mending" and scene.server.process.poll() is not None:
                    scene.server.begin()
                cut = PHASES[phase](scene, chance)
                counts[phase] += 1
                if phase == "recording" and counts[phase] == 1:
                    check_in_browser(cut, scene.folder)
        scene.server.begin()
        scene.look(None)
        directories = sorted({path.parent for path in scene.takes()})[:-1]
        if directories:
            lathe("inspect", "--brief", *directories)
        lost = sorted(scene.losses)
        told = ", ".join(f"{count} while {phase}" for phase, count in counts.items())
        return (f"{told}; {scene.files} looks at {len(scene.known)} files; lost {lost[len(lost) // 2]:.2f} s median, "
                f"{lost[len(lost) * 99 // 100]:.2f} s p99, {lost[-1]:.2f} s at worst")
    finally:
        scene.close()


if __name__ == "__main__":
    print(campaign(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30),
                   MANY if len(sys.argv) > 3 else FEW))
