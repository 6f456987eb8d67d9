"""Every callback of docs/compatibility.md: one call in which everything happens that the page has an event for.

Users join, fall silent and leave; recordings pause, go on and end; the server is killed; the disk is slow, fills up and refuses
media (`failing_disk.c`). What is told of it is read by GET /v1/events.
"""

import os
import re
import signal
import subprocess

from compatibility_api import send, wait_until_finished
from compatibility_page import code, kind, requests, sections
from harness import ROOT, Server, eventually, expect, get, get_json, start
from states import publisher

HERE = "here: the event's `type`"
SOURCE = ROOT / "Tests/EndToEnd/failing_disk.c"


class FailingServer(Server):
    """A server on a disk that does what it is told to."""

    def spawn(self):
        library = self.root / "failing_disk.so"
        if not library.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True, timeout=60)
        self.log = open(self.root / "serve.log", "ab")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.root,
                                        env={**os.environ, "LD_PRELOAD": str(library), "FAILING_DISK": str(self.disk)})

    @property
    def disk(self):
        return self.root / "disk"

    def becomes(self, moods):
        self.disk.write_text(moods)

    def events(self):
        return get_json(f"{self.url}/v1/events?after=0&limit=1000")["events"]

    def wait_for_events(self, *types, seconds=60):
        def told():
            return [event["type"] for event in self.events()]
        eventually(lambda: set(types) <= set(told()), lambda: f"never told: {sorted(set(types) - set(told()))}, but {told()}",
                   seconds)


def begin(one):
    status, document = send(one.url, "POST", "/v1/recordings", {"channel": "room", "recoverFiles": True})
    expect(status == 201, f"{status}: {document}")
    return f"/v1/recordings/{document['id']}"


def tell(one, path):
    status, answer = send(one.url, "POST", path)
    expect(status in (200, 202), f"{path}: {status} {answer}")


def silence(one, users):
    """For twelve seconds nothing comes of anybody, as if the machine had lost its network."""
    for user in users:
        user.send_signal(signal.SIGSTOP)
    one.wait_for_events("frozen", "noStream", "connectionInterrupted", "connectionLost")
    for user in users:
        user.send_signal(signal.SIGCONT)
    one.wait_for_events("unfrozen", "reconnected")


def happen(one):
    """Everything that can happen; returns the document of the recording to which it did."""
    one.becomes("")
    recording = begin(one)
    users = [start("publish", "--server", one.url, "--channel", "room", "--uid", uid, "--size", "320x240", "--bitrate", 300,
                   *options) for uid, options in ((7, ()), (8, ("--script", "mute-video=8-12,mute-audio=8-12")))]
    try:
        one.wait_for_events("takeOpened")
        one.kill()
        one.becomes("f")
        one.begin()
        one.wait_for_events("interrupted", "resumed")
        other = begin(one)
        one.wait_for_events("muted", "unmuted")
        tell(one, f"{other}/pause")
        tell(one, f"{other}/resume")
        tell(one, f"{other}/stop")
        one.wait_for_events("takeClosed", "finished")
        # One that goes on where it was: the others join anew.
        users.append(publisher(one, 9, seconds=300))
        eventually(lambda: any(take["uid"] == "9" for take in get_json(one.url + recording)["takes"]),
                   "nothing is recorded of 9")
        silence(one, users)
        one.becomes("fs")
        one.wait_for_events("storageSlow")
        one.becomes("f")
        # A forecast wants half a minute of looking.
        one.wait_for_events("storageRecovered", "diskFilling")
        one.becomes("p")
        one.wait_for_events("trouble")
        one.becomes("r")
        one.wait_for_events("writeFailed")
    finally:
        for user in users:
            user.terminate()
            user.communicate(timeout=20)
    one.wait_for_events("userLeft")
    tell(one, f"{recording}/stop")
    one.wait_for_events("takeNotMended")
    return wait_until_finished(one.url + recording)


def fields_of(document):
    """The names of everything in a document."""
    if isinstance(document, dict):
        return set(document).union(*map(fields_of, document.values()))
    return set().union(*map(fields_of, document)) if isinstance(document, list) else set()


class Story:
    """What was told, and what may be told at all."""

    def __init__(self, one):
        self.document = happen(one)
        self.told = {event["type"] for event in one.events()}
        self.fields = fields_of(self.document) | fields_of(one.events())
        self.answers = {path: get(f"{one.url}{path}")[0] for path in ("/metrics", "/v1/events")}
        rows = [row for row in sections((ROOT / "docs/operating.md").read_text())["Events"] if "when" in row.cells]
        self.known = {name for row in rows for name in code(row.cells["type"])}
        expect(self.told <= self.known, f"docs/operating.md does not know {self.told - self.known}")

    def find(self, cell):
        """Whether everything that a cell names was told, is a field, or answers; returns the names."""
        words = [word for word in code(cell) if re.fullmatch(r"[a-z][A-Za-z]+", word)]
        for word in words:
            expect(word in self.told if word in self.known else word in self.fields, f"{word} was not told, nor is it a field")
        for _, path, _ in requests(cell):
            expect("/v1/recordings" in path or self.answers.get(path) == 200, f"{path}: {self.answers.get(path)}")
        return set(words)

    def check_field(self, row):
        """A field of what callbacks tell: what stands for it is in a recording's document."""
        cell = row.cells["over HTTP"]
        found = self.find(cell)
        expect(found or kind(cell) == "none", f"there is no field in {cell}")
        return "honoured" if found else "none"

    def check(self, row):
        """A callback: the events that stand for it were told."""
        cell = row.cells[HERE]
        found = self.find(cell)
        if kind(cell) != "none":
            expect(found & (self.known | {"directory"}), f"there is no event in {cell}")
            return "honoured"
        own = [name for column in ("up to 3.0.6", "4.x") for name in code(row.cells[column])]
        expect(own, f"{row} names no callback")
        for name in own:
            plain = name.removeprefix("on")
            expect(plain[0].lower() + plain[1:] not in self.known, f"{name} has an event, and the page says none")
        return "none"
