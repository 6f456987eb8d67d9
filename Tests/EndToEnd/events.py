"""Events that reach their receivers whatever dies: the receiver, Lathe, or both.

The receiver is a program of its own (`event_receiver.py`), so that it can be killed in the middle of a delivery. What it has
taken it keeps in a file that survives it.
"""

import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import (ROOT, Server, expect, free_tcp_port, get, get_json, lathe, measure, post, request, server, start,
                     takes_of)

RECEIVER = ROOT / "Tests/EndToEnd/event_receiver.py"
SECRET = "correct horse battery staple"


class Receiver:
    """A receiver of webhooks that can be started, killed, and started again at the same place."""

    def __init__(self, folder, seed, failing=0.3):
        self.folder, self.seed, self.failing = folder, seed, failing
        self.port = free_tcp_port()
        self.log = folder / "received.jsonl"
        self.process = None

    def begin(self):
        self.process = subprocess.Popen([sys.executable, RECEIVER, str(self.port), str(self.log), SECRET,
                                         str(self.failing), str(self.seed)], stdout=subprocess.PIPE, text=True)
        expect(self.process.stdout.readline().strip() == "ready", "the receiver did not start")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def taken(self):
        """What was answered with 2xx, in the order in which it was; a last line that was cut off is none."""
        if not self.log.exists():
            return []
        lines = self.log.read_text().split("\n")
        return [json.loads(line) for line in lines[:-1]]


def all_events(url):
    events, after = [], 0
    while True:
        page = get_json(f"{url}/v1/events?after={after}&limit=1000")
        expect("gap" not in page, f"events are gone: {page['oldest']}")
        if not page["events"]:
            return events
        events += page["events"]
        after = page["next"]


def check(events, taken):
    """Every event arrived, in its recording's order, and what came twice had an id that was known."""
    seen, order = {}, {}
    duplicates = 0
    for one in taken:
        event = one["event"]
        if event["id"] in seen:
            duplicates += 1
            expect(seen[event["id"]] == event, f"event {event['id']} came twice and not alike")
            continue
        seen[event["id"]] = event
        order.setdefault(event["recording"], []).append(event["sequence"])
    missing = [event["id"] for event in events if event["id"] not in seen]
    expect(not missing, f"{len(missing)} of {len(events)} events never arrived: {missing[:5]}")
    for event in events:
        expect(seen[event["id"]] == event, f"event {event['id']} arrived otherwise than it is kept")
    for recording, sequences in order.items():
        expect(sequences == list(range(1, len(sequences) + 1)), f"{recording} arrived as {sequences[:30]}")
    for recording in order:
        own = [event for event in events if event["recording"] == recording]
        finals = [event for event in own if event.get("final")]
        expect(len(finals) == 1 and own[-1] is finals[0], f"{recording} has {len(finals)} ends")
    return duplicates


def wait_until_delivered(one, seconds):
    deadline = time.time() + seconds
    while time.time() < deadline:
        hooks = get_json(one.url + "/v1/webhooks")["webhooks"]
        if all(hook["pendingCount"] == 0 for hook in hooks):
            expect(all(hook["deadCount"] == 0 and hook["lostCount"] == 0 for hook in hooks), f"{hooks}")
            return
        time.sleep(0.2)
    raise AssertionError(f"not delivered within {seconds} s: {hooks}")


def everything_dies(down_seconds, rounds, channels=4):
    """Recordings come and go while the receiver is down, refuses at random, and is killed; so is Lathe."""
    seed = random.randrange(1 << 30)
    print(f"        event seed {seed}", flush=True)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "secret").write_text(SECRET + "\n")
        receiver = Receiver(folder, seed)
        one = Server("--webhook", f"http://127.0.0.1:{receiver.port}/events?token=hidden",
                     "--webhook-secret-file", folder / "secret", root=folder)
        user = start("publish", "--server", one.url, "--channel", "c0", "--uid", "1", "--size", "320x240",
                     "--bitrate", "200")
        kills = 0
        try:
            end = time.time() + down_seconds
            while time.time() < end:
                churn(one, chance, channels)
                time.sleep(min(2, max(0, end - time.time())))
            for _ in range(rounds):
                receiver.begin()
                churn(one, chance, channels)
                time.sleep(chance.uniform(0.1, 1.2))
                victim = chance.choice(["receiver", "lathe", "both"])
                if victim != "receiver":
                    one.kill()
                receiver.kill()
                kills += 1
                if victim != "receiver":
                    one.begin()
            receiver.failing = 0
            receiver.begin()
            for recording in get_json(one.url + "/v1/recordings")["recordings"]:
                if recording["state"] == "recording":
                    post(f"{one.url}/v1/recordings/{recording['id']}/stop")
            deadline = time.time() + 30
            while any(r["state"] != "finished" for r in get_json(one.url + "/v1/recordings")["recordings"]):
                expect(time.time() < deadline, "recordings do not end")
                time.sleep(0.2)
            for hook in get_json(one.url + "/v1/webhooks")["webhooks"]:
                expect(post(f"{one.url}/v1/webhooks/{hook['id']}/retry")[0] == 202, "retry was refused")
            wait_until_delivered(one, 60)
            events = all_events(one.url)
            taken = receiver.taken()
            expect(all(entry["isGenuine"] for entry in taken), "a signature was wrong")
            duplicates = check(events, taken)
            log = (folder / "serve.log").read_text()
            expect("hidden" not in log and SECRET not in log, "a secret is in the log")
            return (f"{len(events)} events of {len({e['recording'] for e in events})} recordings, {kills} kills, "
                    f"{duplicates} duplicates, receiver down for {down_seconds} s at first")
        finally:
            user.kill()
            user.communicate()
            receiver.kill()
            one.stop()


def churn(one, chance, channels):
    """Starts a recording in some channel, or stops the one that is there."""
    for _ in range(3):
        channel = f"c{chance.randrange(channels)}"
        running = [r for r in one.recordings(channel) if r["state"] == "recording"]
        if running and chance.random() < 0.5:
            post(f"{one.url}/v1/recordings/{running[0]['id']}/stop")
        elif not running:
            post(one.url + "/v1/recordings", {"channel": channel})


def events_arrive_whatever_dies():
    """Short form: `make soak` lets the receiver be down for ten minutes."""
    return everything_dies(down_seconds=6, rounds=8)


def readers_that_block_delay_nothing():
    """A reader of events that reads nothing, and a receiver that never answers, beside a recording."""
    numbers = {}
    for isBlocked in (False, True):
        with server("--auto-record", "individual") as one, socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen(64)
            readers = []
            if isBlocked:
                post(one.url + "/v1/webhooks", {"url": f"http://127.0.0.1:{mute.getsockname()[1]}/"})
                readers = [blocked_reader(one) for _ in range(8)]
            lathe("publish", "--server", one.url, "--channel", "room", "--uid", "5", "--pattern", "--seconds", "8")
            recording = one.finish("room")
            found = measure(takes_of(recording)[0])
            expect(found["missingFrameCount"] == 0, f"frames are missing: {found}")
            metrics = get(one.url + "/metrics")[2].decode()
            values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
            count = float(values["lathe_datagram_wait_seconds_count"])
            numbers[isBlocked] = (int(values["lathe_packets_received_total"]),
                                  1000 * float(values["lathe_datagram_wait_seconds_sum"]) / max(1, count))
            for reader in readers:
                reader.close()
    return ", ".join(f"{'blocked' if key else 'free'}: {packets} packets, {wait:.2f} ms mean wait"
                     for key, (packets, wait) in numbers.items())


def blocked_reader(one):
    """A connection that asks for all events and never reads."""
    host, port = one.url[7:].split(":")
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    reader.connect((host, int(port)))
    reader.sendall(b"GET /v1/events?after=0 HTTP/1.1\r\nHost: lathe\r\nAccept: text/event-stream\r\n\r\n")
    return reader


TESTS = [events_arrive_whatever_dies, readers_that_block_delay_nothing]
