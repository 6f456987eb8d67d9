"""Kills servers at random moments and plays what they leave, with no repair in between.

`crash.py MOMENTS [SEED]` prints the distribution of what was lost; `make test` runs twenty moments.
"""

import random
import re
import shutil
import sys
import tempfile
import time
from datetime import datetime, timezone
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from browser import chromium, plays
from harness import Server, expect, ffmpeg_errors, probe, start

# What FFmpeg says of a file whose last fragment is cut short; nothing is lost but that fragment.
HARMLESS = re.compile(r"Truncating packet|File ended prematurely|Packet corrupt|partial file|^\s*$", re.I)


def began(path):
    """When a take's time zero was, from its name: <uid>_<UTC down to milliseconds>."""
    stamp = path.stem.rsplit("_", 1)[1]
    moment = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return moment.timestamp() + int(stamp[14:]) / 1000


def kill_once(after, folder):
    """One server with an H.264 and a VP8 user, killed; returns each take and the seconds it lost."""
    root = Path(tempfile.mkdtemp(dir=folder))
    one = Server("--auto-record", "individual", root=root)
    users = [start("publish", "--server", one.url, "--channel", "room", "--uid", uid, "--codec", codec, "--pattern",
                   "--seconds", "60") for uid, codec in (("1", "h264"), ("2", "vp8"))]
    try:
        one.wait_for("room", lambda recording: len([take for take in recording["takes"] if take.get("video")]) == 2)
        time.sleep(after)
    finally:
        moment = one.kill()
        for user in users:
            user.kill()
            user.communicate()
    takes = sorted(root.glob("rec/*/*/*_*.mp4")) + sorted(root.glob("rec/*/*/*_*.webm"))
    expect(len(takes) == 2, f"takes after the kill: {takes}")
    return [(take, moment - began(take) - end_of(take)) for take in takes]


def end_of(path):
    """Where the last decodable picture ends, in seconds."""
    import json
    import subprocess
    found = subprocess.run(["ffprobe", "-v", "quiet", "-select_streams", "v:0", "-show_entries",
                            "packet=pts_time,duration_time", "-of", "json", path], capture_output=True, text=True)
    packets = json.loads(found.stdout).get("packets", [])
    expect(packets, f"no pictures in {path}")
    return max(float(one["pts_time"]) + float(one.get("duration_time", 0)) for one in packets)


def check_with_ffmpeg(path):
    complaints = [line for line in ffmpeg_errors(path).splitlines() if not HARMLESS.search(line)]
    expect(not complaints, f"{path}: {complaints[:5]}")
    expect(probe(path)["frames"] > 0, f"{path} has no frames")


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
                expect(not found["error"] and found["width"] == 640, f"{path.name} in Chromium: {found}")
    finally:
        web.shutdown()


def campaign(moments, seed):
    """Kills `moments` servers; every take must open and play, and may lack at most its last second."""
    print(f"        kill seed {seed}", flush=True)
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="lathe-crash-"))
    try:
        losses = []
        for _ in range(moments):
            losses += kill_once(chance.uniform(0.05, 3.5), folder)
        for path, lost in losses:
            check_with_ffmpeg(path)
            expect(lost <= 1.0, f"{path.name} lost {lost:.2f} s")
        check_in_browser([path for path, _ in losses], folder)
        lost = sorted(one for _, one in losses)
        return (f"{len(lost)} files, lost {lost[0]:.2f} s at best, {lost[len(lost) // 2]:.2f} s median, "
                f"{lost[-1]:.2f} s at worst")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(campaign(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)))
