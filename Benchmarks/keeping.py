#!/usr/bin/env python3
"""What keeping recordings safe costs: syncing them, leaving in order, and starting after a crash.

    keeping.py [--streams 200] [--window SECONDS] [--takes 1000] [--only durability,leaving,starting]

Everything runs in a network namespace of its own, on this machine's disk, and cleans up after itself.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import isolation
from contenders import LATHE, Load, fetch
from sampling import cpu_seconds

URL = "http://127.0.0.1:8080"
CPU_BAR, WAIT_BAR, LEAVING_BAR, STARTING_BAR = 0.10, 20, 3.0, 5.0


class Server:
    """A `lathe serve` that records everybody, Opus kept."""

    def __init__(self, home, *options):
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.log = open(home / "server.log", "ab")
        self.began = time.monotonic()
        self.process = isolation.start(
            [LATHE, "serve", "--http", "127.0.0.1:8080", "--record-root", home / "records", "--auto-record", "individual",
             "--audio", "opus", "--min-free", "0", *options], self.log)
        while True:
            try:
                fetch(URL + "/v1/server")
                break
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"the server did not come up:\n{(home / 'server.log').read_text()[-2000:]}")
                time.sleep(0.01)
        self.starting = time.monotonic() - self.began

    def leave(self):
        """Asks it to end in order; returns how long that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(120)
        self.log.close()
        return time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def load(home, streams):
    one = Load(home, ["--channel", "bench", "--server", URL], streams, 600)
    one.wait_until_connected(180)
    time.sleep(5)
    return one


def late():
    """How many datagrams were late so far, and how many there were."""
    waits = fetch(URL + "/v1/server")["datagramWaits"]
    return (sum(one["count"] for one in waits if one.get("upToMilliseconds", 9999) > 20 + WAIT_BAR),
            sum(one["count"] for one in waits))


def durability(directory, streams, window):
    """CPU of a stream-second, and how long a datagram lay unread at the most, synced and not."""
    rows = {}
    for choice in ("process", "power"):
        server = Server(directory / choice, "--durability", choice)
        users = load(server.home, streams)
        try:
            before, waits, began = cpu_seconds(server.process.pid), late(), time.monotonic()
            time.sleep(window)
            cpu = (cpu_seconds(server.process.pid) - before) / (time.monotonic() - began)
            rows[choice] = (1000 * cpu / streams, [after - first for first, after in zip(waits, late())])
        finally:
            users.end()
            server.kill()
            shutil.rmtree(server.home, ignore_errors=True)
    (plain, plain_waits), (synced, waits) = rows["process"], rows["power"]
    more = synced / plain - 1
    print(f"durability, {streams} streams: {plain:.2f} ms of CPU a stream-second without syncs, {synced:.2f} with: "
          f"{more:+.1%} (bar {CPU_BAR:.0%})")
    # Datagrams gather for 20 ms on purpose; whatever lies longer is late by the rest.
    for name, (count, all_of_them) in (("without", plain_waits), ("with", waits)):
        print(f"  late by more than {WAIT_BAR} ms {name} syncs: {count} of {all_of_them} datagrams (bar: none)")
    return more <= CPU_BAR and waits[0] == 0


def leaving(directory, streams):
    """How long a server with so many open takes needs to end in order."""
    times = []
    for attempt in range(3):
        server = Server(directory / f"leaving{attempt}")
        users = load(server.home, streams)
        try:
            times.append(server.leave())
        finally:
            users.end()
        takes = sorted(server.home.glob("records/*/*/*.mp4"))
        done = list(server.home.glob("records/*/*/recording2-done.txt"))
        if len(takes) != streams or not done:
            raise RuntimeError(f"{len(takes)} takes of {streams}, finished: {bool(done)}")
        subprocess.run([LATHE, "inspect", "--brief", *takes], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(server.home, ignore_errors=True)
    print(f"leaving in order with {streams} open takes: {statistics.median(times):.2f} s, slowest {max(times):.2f} s "
          f"(bar {LEAVING_BAR:.0f} s)")
    return max(times) <= LEAVING_BAR


def starting(directory, takes):
    """How long a start takes that finds so many unfinished takes, until it serves."""
    streams = 50
    server = Server(directory / "starting")
    users = load(server.home, streams)
    time.sleep(5)
    server.kill()
    users.end()
    [day] = server.home.glob("records/2*")
    [first] = day.iterdir()
    # The others are as if no catalogue knew them: that is more work, not less.
    for number in range(1, takes // streams):
        shutil.copytree(first, day / f"{first.name}{number}")
    count = len(list(day.glob("*/*.mp4")))
    size = sum(path.stat().st_size for path in day.glob("*/*.mp4"))
    again = Server(server.home)
    try:
        print(f"starting with {count} unfinished takes ({size >> 20} MB): {again.starting:.2f} s until it serves "
              f"(bar {STARTING_BAR:.0f} s)")
        subprocess.run([LATHE, "inspect", "--brief", *sorted(day.glob("*/*.mp4"))], check=True,
                       stdout=subprocess.DEVNULL)
    finally:
        again.kill()
    return again.starting <= STARTING_BAR


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--window", type=float, default=20)
    parser.add_argument("--takes", type=int, default=1000)
    parser.add_argument("--only", default="durability,leaving,starting")
    options = parser.parse_args()
    isolation.enter_private_network()
    isolation.tidy_on_signals()
    directory = Path(tempfile.mkdtemp(prefix="lathe-keeping-"))
    steps = {"durability": lambda: durability(directory, options.streams, options.window),
             "leaving": lambda: leaving(directory, options.streams), "starting": lambda: starting(directory, options.takes)}
    try:
        met = [steps[name]() for name in options.only.split(",")]
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
