"""Every row of docs/compatibility.md that says what stands for a method or a field over HTTP: its requests are sent."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from compatibility_page import kind, requests
from harness import LATHE, Server, eventually, expect, get_json, probe, request

JSON = {"Content-Type": "application/json"}
SDP = {"Content-Type": "application/sdp"}


def send(url, method, path, body=None, headers=None):
    """The status of an answer, and its document."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    status, _, answer = request(method, url + path, data, headers or JSON)
    return status, json.loads(answer) if answer.startswith((b"{", b"[")) else answer.decode()


def wait_until_finished(url):
    """The document of a recording that ends by itself, or was told to."""
    def look():
        document = get_json(url)
        return document if document["state"] == "finished" else None
    return eventually(look, f"{url} does not end")


class Caller:
    """Sends what a row shows, to a server of the walk's own."""

    def __init__(self, host):
        self.url, self.root = host.url, host.root
        self.range = [int(port) for port in str(host.command[host.command.index("--udp-ports") + 1]).split("-")]

    def begin(self, **fields):
        status, document = send(self.url, "POST", "/v1/recordings", {"channel": "room", **fields})
        expect(status == 201, f"{fields}: {status} {document}")
        return document

    def end(self, document):
        send(self.url, "POST", f"/v1/recordings/{document['id']}/stop")

    def perform(self, cell):
        """Sends the requests of a cell in order; each must be taken, and the document must show what it asks for."""
        found = requests(cell)
        expect(found, f"there is no request in {cell}")
        needsOne = any("{id}" in path for _, path, _ in found) and found[0][1] != "/v1/recordings"
        document = self.begin() if needsOne else None
        for method, path, body in found:
            if body and body.get("directory") == "DIR":
                body["directory"] = tempfile.mkdtemp(dir=self.root)
            path = path.replace("{id}", document["id"] if document else "")
            if path.startswith("/whip/"):
                self.offer(path)
                continue
            status, answer = send(self.url, method, path, body)
            expect(status in (200, 201, 202), f"{method} {path} {body}: {status} {answer}")
            if "/events" not in path:
                document = get_json(f"{self.url}/v1/recordings/{answer['id']}")
                shows(document, path.rsplit("/", 1)[1], body or {})
        if document:
            self.end(document)
        return document

    def offer(self, path):
        """A parameter of WHIP is taken if it is the offer alone that is refused."""
        status, right = send(self.url, "POST", path, b"no sdp", SDP)
        _, wrong = send(self.url, "POST", path.split("=")[0] + "=strange", b"no sdp", SDP)
        expect(status == 400 and right.get("field") != "profile" and wrong.get("field") == "profile", f"{right} {wrong}")

    def refused(self, fields, path="/v1/recordings", method="POST", **others):
        """Each field is refused by its name, and nothing is begun."""
        before = get_json(f"{self.url}/v1/recordings?channel=refused")["recordings"]
        for name, value in fields.items():
            status, problem = send(self.url, method, path, {"channel": "refused", name: value, **others})
            expect(status == 400 and problem["field"] == name, f"{name}: {status} {problem}")
            expect(name in problem["detail"], f"{name}: {problem}")
        expect(get_json(f"{self.url}/v1/recordings?channel=refused")["recordings"] == before, f"{fields} began something")

    def missing(self, method, path):
        status, problem = send(self.url, method, path, {})
        expect(status == 404 and "there is nothing at" in problem["detail"], f"{method} {path}: {status} {problem}")


def shows(document, last, body):
    """A recording's document has what was asked for."""
    control = document["control"]
    for name, value in body.items():
        found = document[name] if name in document else control.get(name)
        expect(found == value, f"{name} is {found}, not {value}")
    if last in ("pause", "resume"):
        expect(document["isPaused"] == (last == "pause"), f"after {last}: {document['isPaused']}")
    if last in ("start", "stop") and "stoppedUsers" in document:
        expect(("7" in document["stoppedUsers"]) == (last == "stop"), f"after {last}: {document['stoppedUsers']}")
    elif last == "stop":
        expect(document["state"] in ("finishing", "finished"), f"it is {document['state']}")


# ---------------------------------------------------------------- options of the server

def log_of(*options):
    """What a `lathe serve` with these options logs of a recording."""
    one = Server(*options)
    try:
        expect(send(one.url, "POST", "/v1/recordings", {"channel": "room"})[0] == 201, f"{options}: nothing begins")
    finally:
        one.stop()
    text = (one.root / "serve.log").read_text()
    shutil.rmtree(one.root, ignore_errors=True)
    return text


def record_root(caller, cell):
    """The server of the walk has one of its own already."""
    document = caller.begin()
    expect(Path(document["directory"]).is_relative_to(caller.root / "rec"), document["directory"])
    caller.end(document)


def udp_ports(caller, cell):
    """The server of the walk has a range of its own already."""
    ports = [int(port) for port in get_json(f"{caller.url}/v1/server")["udpPorts"]]
    low, high = caller.range
    expect(ports and all(low <= port <= high for port in ports), f"{ports} of {low}-{high}")


def log_level(caller, cell):
    usual, quiet = log_of("--log-level", "5"), log_of("--log-level", "2")
    expect("INFO started" in usual and "INFO" not in quiet, f"{usual[-300:]} / {quiet[-300:]}")


def log_file(caller, cell):
    with tempfile.TemporaryDirectory(prefix="lathe-log-") as root:
        log_of("--log-file", f"{root}/log", "--log-bytes", "64k", "--log-level", "info")
        expect("INFO started" in Path(f"{root}/log").read_text(), "the log is empty")


def publish_file(caller, cell):
    """A file's own pictures and sound are what is recorded."""
    with tempfile.TemporaryDirectory(prefix="lathe-media-") as root:
        media = f"{root}/media.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=15:duration=2", "-f", "lavfi",
                        "-i", "sine=duration=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "15", "-c:a", "aac", media],
                       check=True, timeout=60)
        document = caller.begin(channel="sent")
        sent = subprocess.run([LATHE, "publish", "--server", caller.url, "--channel", "sent", "--uid", "7", "--file", media],
                              capture_output=True, text=True, timeout=60)
        expect(sent.returncode == 0, sent.stderr)
        caller.end(document)
        found = wait_until_finished(f"{caller.url}/v1/recordings/{document['id']}")
        take = found["takes"][0]
        expect(take["video"]["width"] == 320 and probe(Path(found["directory"]) / take["file"])["frames"] > 20, f"{take}")


def version(caller, cell):
    said = subprocess.run([LATHE, "--version"], capture_output=True, text=True, timeout=20).stdout
    expect(re.fullmatch(r"lathe \d+\.\d+\.\d+\n", said), said)


def properties(caller, cell):
    document = caller.begin()
    found = get_json(f"{caller.url}/v1/recordings/{document['id']}")["directory"]
    expect(Path(found).is_absolute() and Path(found).is_dir(), found)
    caller.end(document)


def events(caller, cell):
    caller.perform(cell)
    document = caller.begin()
    caller.end(document)
    told = eventually(lambda: get_json(f"{caller.url}/v1/events?recording={document['id']}")["events"], "nothing is told")
    expect(told[0]["type"] == "started", f"{told}")


def modes(caller, cell):
    """What a recorder makes of a channel is chosen once."""
    caller.refused({"mode": "mix"})


def by_user(caller, cell):
    """There are no fields for one user, and no such address."""
    document = caller.begin()
    caller.missing("PATCH", f"/v1/recordings/{document['id']}/users/7")
    caller.end(document)


# The rows whose requests do not say it all: what to call instead. Rows that are not here are tried by what they show.
SPECIAL = {
    ("RecordingConfig, up to 3.0.6", "recordFileRootDir"): record_root,
    ("RecordingConfig, up to 3.0.6", "lowUdpPort"): udp_ports,
    ("Structures of 4.x", "logConfig"): log_file,
    ("Of IRecordingEngine, up to 3.0.6, and the Java class RecordingSDK", "getProperties"): properties,
    ("Of IRecordingEngine, up to 3.0.6, and the Java class RecordingSDK", "setLogLevel"): log_level,
    ("Of IRecordingEngine, up to 3.0.6, and the Java class RecordingSDK", "registerOberserver"): events,
    ("Of IRecordingEngine, up to 3.0.6, and the Java class RecordingSDK", "requestToken"):
        lambda caller, cell: caller.refused({"token": "007abc"}),
    ("Of the Node sample", "error"): events,
    ("Of IServerEngine", "createAgoraServerEngine"): publish_file,
    ("Of IAgoraService, 4.x", "setLogFile"): log_file,
    ("Of IAgoraService, 4.x", "getSdkVersion"): version,
    ("Of IAgoraMediaRtcRecorder, 4.x", "enableEncryption"):
        lambda caller, cell: caller.refused({"encryption": {"mode": 7, "key": "k"}, "secret": "s"}),
    ("Of IAgoraMediaRtcRecorder, 4.x", "setRecorderConfigByUid"): by_user,
    ("Of IAgoraMediaRtcRecorder, 4.x", "registerRecorderEventHandle"): events,
    ("Of IAgoraMediaRtcRecorder, 4.x", "enableRecorderVideoFrameCapture"):
        lambda caller, cell: caller.refused({"frameCaptureConfig": {"enable": True}}),
    ("Of IAgoraMediaRtcRecorder, 4.x", "setAudioVolumeIndicationParameters"):
        lambda caller, cell: caller.refused({"audioVolumeIndication": 500}),
    ("Of IAgoraMediaRtcRecorder, 4.x", "renewToken"): lambda caller, cell: caller.refused({"token": "007abc"}),
}


def check(caller, row):
    """Does what the row says of HTTP; says what kind of row it is."""
    cell = row.cells["over HTTP"]
    what, special = kind(cell), SPECIAL.get((row.section, row.names[0]))
    if special:
        special(caller, cell)
    elif cell.startswith("refused: no such field"):
        names = [name for name in row.names if name[0].islower()]
        expect(names, f"there is no name to try in {row}")
        caller.refused({name: 1 for name in names})
    elif cell.startswith("refused: there is nothing at"):
        for method, path, _ in requests(cell):
            caller.missing(method, path)
    elif what == "refused":
        for method, path, body in requests(cell):
            last = list(body)[-1]
            caller.refused({last: body[last]}, path, method)
    elif what == "honoured":
        caller.perform(cell)
    else:
        expect(what == "nothing", f"nobody knows how to try this: {cell}")
    return what
