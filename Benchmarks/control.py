"""What telling the recorder what to do costs: how soon a recording runs, and what a thousand of them leave behind.

`control.py [CYCLES]` starts and stops so many recordings (1000) one after the other in a channel with one user, then 200
at once, and prints how long requests took, how the process grew, and whether every recording told its end exactly once.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))

from harness import Server, expect, get_json, post, start  # noqa: E402 - found by the path above

TOGETHER = 200
LONGEST_START = 0.050


def resident(process):
    """How much memory a process has, in megabytes."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def begin(server, channel):
    """Starts a recording; returns its id and how long the answer took."""
    began = time.perf_counter()
    status, _, body = post(f"{server.url}/v1/recordings", {"channel": channel})
    took = time.perf_counter() - began
    expect(status == 201, f"{status}: {body[:300]}")
    return json.loads(body)["id"], took


def stop(server, recording):
    status, _, body = post(f"{server.url}/v1/recordings/{recording}/stop")
    expect(status == 202, f"{status}: {body[:300]}")


def wait_until_over(server, recordings, seconds=60):
    deadline = time.time() + seconds
    missing = set(recordings)
    while missing and time.time() < deadline:
        missing = {one for one in missing if get_json(f"{server.url}/v1/recordings/{one}")["state"] != "finished"}
        time.sleep(0.02)
    expect(not missing, f"{len(missing)} recordings did not end")


def ends(server):
    """How often each recording told its end."""
    counts, after = {}, 0
    while True:
        page = get_json(f"{server.url}/v1/events?after={after}&limit=1000&type=finished")
        if not page["events"]:
            return counts
        for event in page["events"]:
            if event.get("final"):
                counts[event["recording"]] = counts.get(event["recording"], 0) + 1
        after = page["next"]


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def told(name, seconds):
    return (f"{name}: {percentile(seconds, 0.5) * 1000:.1f} ms median, {percentile(seconds, 0.99) * 1000:.1f} ms p99, "
            f"{max(seconds) * 1000:.1f} ms at most of {len(seconds)}")


def first_sound(server, recording):
    """How long after its start a recording wrote its first frame, in seconds."""
    events = get_json(f"{server.url}/v1/recordings/{recording}")["events"]
    return next((event["atMilliseconds"] / 1000 for event in events if event["type"] == "takeOpened"), None)


def measure(cycles):
    server = Server("--min-free", "1m")
    user = start("publish", "--server", server.url, "--channel", "room", "--uid", "1", "--pattern", "--seconds", "86400",
                 "--size", "320x240", "--bitrate", "200")
    try:
        time.sleep(2)
        answers, frames, made, sizes = [], [], [], []
        for number in range(cycles):
            recording, took = begin(server, "room")
            answers.append(took)
            time.sleep(0.05)
            stop(server, recording)
            wait_until_over(server, [recording])
            made.append(recording)
            opened = first_sound(server, recording)
            if opened is not None:
                frames.append(opened)
            if number % max(1, cycles // 10) == 0:
                sizes.append(resident(server.process))
        print(told("start, one after the other", answers))
        if frames:
            print(told("start to the first frame in a file", frames))
        with ThreadPoolExecutor(TOGETHER) as pool:
            begun = list(pool.map(lambda number: begin(server, f"c{number}"), range(TOGETHER)))
            made += [recording for recording, _ in begun]
            list(pool.map(lambda one: stop(server, one[0]), begun))
        wait_until_over(server, [recording for recording, _ in begun])
        print(told(f"start, {TOGETHER} at once", [took for _, took in begun]))
        sizes.append(resident(server.process))
        print("resident MB as it went: " + " ".join(f"{size:.0f}" for size in sizes))
        counts = ends(server)
        lost, twice = [one for one in made if one not in counts], [one for one, count in counts.items() if count > 1]
        print(f"{len(made)} recordings, {len(lost)} without an end, {len(twice)} with more than one")
        expect(not lost and not twice, f"ends are missing or doubled: {lost[:3]} {twice[:3]}")
        # The bar is for one request on a machine that does nothing else.
        if percentile(answers, 0.99) > LONGEST_START:
            print(f"over the bar of {LONGEST_START * 1000:.0f} ms")
            return 1
        return 0
    finally:
        user.terminate()
        user.communicate(timeout=20)
        server.stop()


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
