#!/usr/bin/env python3
"""What observers of media cost a program in C that records, beside the same program without one.

    observing.py [--streams 10] [--window SECONDS] [--only none,encoded,sound,pictures,jpegs]

Each program gets the same load over loopback: native clients that send 640×480 H.264 at 1 Mbit/s and Opus. `make library`
comes first. After a warm-up, two samples are taken a window apart; every number is the difference between them.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import build_shim
from sampling import allocation_count, cpu_seconds, machine_seconds

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
import harness  # noqa: E402 - it lies beside the tests
import sdk  # noqa: E402

WARM_UP = 8
# 122 packets of pictures and 50 of sound.
PACKETS_A_SECOND = 172


def measure(kind, streams, window, home, shim):
    counter = home / f"{kind}.allocations"
    program = subprocess.Popen(
        [home / "observer", kind, sdk.configuration(home / kind)], stdout=subprocess.PIPE, text=True,
        env=dict(os.environ, LD_PRELOAD=str(shim), ALLOCATIONS_FILE=str(counter)))
    load = None
    try:
        url = program.stdout.readline().split()[3].split("/whip/")[0]
        load = harness.start("publish", "--server", url, "--channel", "room", "--count", streams, "--pattern",
                             "--bitrate", 1000, "--seconds", window + 120)
        time.sleep(WARM_UP)
        before = cpu_seconds(program.pid), allocation_count(counter), machine_seconds(), time.monotonic()
        time.sleep(window)
        after = cpu_seconds(program.pid), allocation_count(counter), machine_seconds(), time.monotonic()
        load.send_signal(signal.SIGINT)
        seen = json.loads(program.communicate(timeout=60)[0].splitlines()[-1])
    finally:
        for one in (load, program):
            if one and one.poll() is None:
                one.kill()
                one.communicate()
    stream_seconds = streams * (after[3] - before[3])
    busy, machine = (late - early for early, late in zip(before[2], after[2]))
    return {"kind": kind, "cpu_ms": 1000 * (after[0] - before[0]) / stream_seconds,
            "allocations": (after[1] - before[1]) / stream_seconds / PACKETS_A_SECOND, "busy": busy / machine,
            "dropped": seen["dropped"], "got": seen["pictures"] or seen["samples"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=10, help="how many streams (10)")
    parser.add_argument("--window", type=float, default=15, help="seconds between the two samples (15)")
    parser.add_argument("--only", default="none,encoded,sound,pictures,jpegs", help="which observers")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="lathe-bench-"))
    try:
        shim = build_shim(home)
        sdk.build_observer(home)
        print("| observer | CPU ms per stream-second | allocations per packet | frames or samples it got | left out | machine busy |")
        print("|---|--:|--:|--:|--:|--:|")
        for kind in given.only.split(","):
            row = measure(kind, given.streams, given.window, home, shim)
            print(f"| {row['kind']} | {row['cpu_ms']:.2f} | {row['allocations']:.2f} | {row['got']:,} | {row['dropped']} | "
                  f"{row['busy']:.0%} |", flush=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
