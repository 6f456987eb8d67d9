"""What every end-to-end test needs: a server of its own, its API, and second opinions on files."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
LATHE = Path(os.environ.get("LATHE", ROOT / ".build/release/lathe"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


class Failure(Exception):
    """What was expected, and what was found."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def free_ports(count):
    """A range of UDP ports that nobody uses now, as (low, high)."""
    for _ in range(100):
        low = random.randrange(42000, 60000)
        sockets = []
        try:
            for port in range(low, low + count):
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                one.bind(("127.0.0.1", port))
                sockets.append(one)
            return low, low + count - 1
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise Failure("no free UDP ports on 127.0.0.1")


def free_tcp_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """A `lathe serve` of this test's own."""

    def __init__(self, *options, root=None):
        self.root = Path(root or tempfile.mkdtemp(prefix="lathe-test-"))
        low, high = free_ports(4)
        # Few clients all get the first port.
        self.media_port = low
        self.url = f"http://127.0.0.1:{free_tcp_port()}"
        self.command = [LATHE, "serve", "--http", self.url[7:], "--udp-ports", f"{low}-{high}",
                        "--record-root", self.root / "rec", *options]
        self.begin()

    def begin(self):
        """Starts it, for the first time or again, and waits until it answers."""
        self.spawn()
        self.wait_until_healthy()

    def spawn(self):
        self.log = open(self.root / "serve.log", "ab")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.root)

    def wait_until_healthy(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                if get(self.url + "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise Failure(f"the server did not come up:\n{(self.root / 'serve.log').read_text()[-2000:]}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def kill(self):
        """Ends it as a crash would, and says when."""
        self.process.kill()
        moment = time.time()
        self.process.wait()
        self.log.close()
        return moment

    def recordings(self, channel):
        return get_json(f"{self.url}/v1/recordings?channel={channel}")["recordings"]

    def wait_for(self, channel, condition, seconds=20):
        """Polls the channel's newest recording until the condition holds, and returns it."""
        deadline = time.time() + seconds
        last = None
        while time.time() < deadline:
            found = self.recordings(channel)
            if found:
                last = found[0]
                if condition(last):
                    return last
            time.sleep(0.1)
        raise Failure(f"channel {channel}: not within {seconds} s; last seen: {json.dumps(last)[:1500]}")

    def finish(self, channel):
        """Stops the channel's recording and waits for its end."""
        recording = self.recordings(channel)[0]
        if recording["state"] == "recording":
            post(f"{self.url}/v1/recordings/{recording['id']}/stop")
        return self.wait_for(channel, lambda one: one["state"] == "finished")


@contextmanager
def server(*options):
    running = Server(*options)
    try:
        yield running
        expect(running.process.poll() is None, f"the server died with {running.process.poll()}")
    finally:
        running.stop()
        if not os.environ.get("KEEP"):
            shutil.rmtree(running.root, ignore_errors=True)


def request(method, url, body=None, headers=None):
    call = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(call, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def get(url):
    return request("GET", url)


def get_json(url):
    status, _, body = get(url)
    expect(status == 200, f"GET {url}: {status} {body[:300]}")
    return json.loads(body)


def post(url, document=None):
    body = json.dumps(document or {}).encode()
    return request("POST", url, body, {"Content-Type": "application/json"})


# ---------------------------------------------------------------- second opinions

def ffmpeg_errors(path):
    """Everything that FFmpeg has to complain about while it decodes the whole file.

    The time base of the file is kept: by default FFmpeg 5 rounds times to the average frame rate before its
    null muxer, and then complains of its own doing where a camera's pace is uneven.
    """
    run = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-enc_time_base", "-1", "-f", "null", "-"],
                         capture_output=True, text=True, timeout=300)
    return run.stderr.strip()


def probe(path):
    """ffprobe's view: duration in seconds, and the packet count and codec of each kind of stream."""
    run = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_entries",
         "stream=codec_type,codec_name,nb_read_packets,width,height:format=duration", "-of", "json", path],
        capture_output=True, text=True, timeout=300)
    expect(run.returncode == 0, f"ffprobe cannot open {path}: {run.stderr[-500:]}")
    found = json.loads(run.stdout)
    streams = {one["codec_type"]: one for one in found["streams"]}
    return {
        "duration": float(found["format"].get("duration", 0)),
        "frames": int(streams.get("video", {}).get("nb_read_packets", 0)),
        "video": streams.get("video", {}).get("codec_name"),
        "audio": streams.get("audio", {}).get("codec_name"),
        "width": streams.get("video", {}).get("width"),
    }


def lathe(*arguments, timeout=400, check=True):
    run = subprocess.run([LATHE, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    if check:
        expect(run.returncode == 0, f"lathe {' '.join(map(str, arguments))} ended with {run.returncode}:\n"
                                    f"{run.stdout[-1500:]}{run.stderr[-1500:]}")
    return run


def measure(path):
    """Lathe's own frame-by-frame view of a recorded test pattern."""
    return json.loads(lathe("inspect", path, "--pattern", "--json").stdout)["pattern"]


def takes_of(recording):
    return [Path(recording["directory"]) / take["file"] for take in recording["takes"]]


def start(*arguments):
    """Starts a lathe command beside the test; its output is kept."""
    return subprocess.Popen([LATHE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Link:
    """A `lathe link` in front of a UDP port of 127.0.0.1: where clients are to send to, and when it said what."""

    def __init__(self, relay):
        line = relay.stdout.readline()
        expect("relaying" in line, f"lathe link says {line}")
        self.port = int(line.split()[1].rsplit(":", 1)[1])
        self.said = []
        Thread(target=self.listen, args=[relay.stdout], daemon=True).start()

    def listen(self, lines):
        for line in lines:
            self.said.append((time.time(), line))

    def when(self, text):
        """When it said something; fails if it has not."""
        found = [moment for moment, line in self.said if text in line]
        expect(found, f"lathe link never said '{text}'")
        return found[0]


@contextmanager
def link(to, *options):
    relay = start("link", "--to", f"127.0.0.1:{to}", *options)
    try:
        yield Link(relay)
    finally:
        relay.terminate()
        relay.wait(timeout=10)


# ---------------------------------------------------------------- running

def attempt(test):
    """Runs a test, prints its line, and says whether it passed."""
    began = time.time()
    try:
        note = test() or ""
        print(f"ok      {test.__name__} ({time.time() - began:.0f} s) {note}", flush=True)
        return True
    except Exception as error:  # noqa: BLE001 - a test may fail in any way, and the next must still run
        print(f"FAILED  {test.__name__} ({time.time() - began:.0f} s): {type(error).__name__}: {error}", flush=True)
        return False


def eventually(find, why, seconds=20):
    """What `find` returns as soon as that is something; fails with the reason when the time is over."""
    deadline = time.time() + seconds
    while not (found := find()):
        expect(time.time() < deadline, why() if callable(why) else why)
        time.sleep(0.05)
    return found


def run(tests, lanes=1, alone=()):
    """Runs the named functions (all, or those in argv), so many at a time; prints one line each and the counts.

    Those in `alone` come first, with the machine to themselves.
    """
    wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-")]

    def chosen(some):
        return [test for test in some if not wanted or test.__name__ in wanted]

    results = [attempt(test) for test in chosen(alone)]
    with ThreadPoolExecutor(lanes) as pool:
        results += pool.map(attempt, chosen(tests))
    passed, failed = results.count(True), results.count(False)
    print(f"end to end: {passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0
