"""Programs that bring the recorder into their own process: the examples, built as their pages say, in real calls."""

import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path

from harness import LATHE, ROOT, expect, ffmpeg_errors, free_ports, lathe, probe

EXAMPLES = ROOT / "Examples"
# Where liblathe.so is: beside the program.
LIBRARY = LATHE.parent


def make(example, build, *arguments):
    return subprocess.run(["make", "-s", "-C", EXAMPLES / example, f"LATHE={LIBRARY}", f"BUILD={build}", *arguments],
                          capture_output=True, text=True, timeout=300)


def configuration(root):
    low, high = free_ports(4)
    return json.dumps({"recordRoot": f"{root}/rec", "httpPort": 0, "lowUDPPort": low, "highUDPPort": high})


def call(command, root):
    """Runs an example while a user sends the pattern; checks what it says, and its file."""
    example = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               cwd=root, env=dict(os.environ, LC_ALL="C.UTF-8"))
    watch = threading.Timer(120, example.kill)
    watch.start()
    try:
        line = example.stdout.readline()
        while line.startswith("{"):
            line = example.stdout.readline()
        expect(line.startswith("clients publish to http"), f"it says {line!r}: {example.poll()}")
        url = line.split()[3].split("/whip/")[0]
        lathe("publish", "--server", url, "--channel", "room", "--uid", 7, "--pattern", "--seconds", 5)
        output, errors = example.communicate(timeout=60)
    finally:
        watch.cancel()
        example.kill()
    expect(example.returncode == 0, f"status {example.returncode}: {output[-500:]} {errors[-1500:]}")
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    expect("left with code 16" in output, output[-500:])
    check(events)
    files = list(Path(root).glob("rec/*/*/7_*.mp4"))
    expect(len(files) == 1, f"files: {files}")
    expect(not ffmpeg_errors(files[0]), ffmpeg_errors(files[0])[:500])
    frames = probe(files[0])["frames"]
    expect(frames >= 140, f"{frames} pictures of 150")
    return f"{len(events)} events, {frames} pictures"


def check(events):
    """A whole call has these, in this order."""
    names = [(event["event"], event.get("state")) for event in events]
    wanted = [("userJoined", None), ("firstRemoteVideoDecoded", None), ("remoteVideoStats", None), ("userLeft", None),
              ("recorderStateChanged", 3), ("disconnected", None)]
    for name in wanted + [("recorderStateChanged", 2), ("firstRemoteAudioDecoded", None), ("recordingStats", None)]:
        expect(name in names, f"{name} is missing among {names}")
    places = [names.index(name) for name in wanted]
    expect(places == sorted(places), f"out of order: {names}")
    expect(events[-1] | {"message": ""} == {"event": "disconnected", "channel": "room", "leaveCode": 16,
                                           "isNormal": True, "message": ""}, f"the last is {events[-1]}")


def example_in_cpp():
    with tempfile.TemporaryDirectory() as root:
        made = make("cpp", root)
        expect(made.returncode == 0, made.stderr[-1500:])
        wrong = subprocess.run([f"{root}/recorder", "room", '{"port": 1}'], capture_output=True, text=True)
        expect(wrong.returncode == 1 and "there is no 'port'" in wrong.stderr, wrong.stderr)
        return call([f"{root}/recorder", "room", configuration(root)], root)


def example_in_java():
    with tempfile.TemporaryDirectory() as root:
        made = make("java", root)
        expect(made.returncode == 0, made.stderr[-1500:])
        return call(["java", f"-Djna.library.path={LIBRARY}", "-cp", f"{root}:/usr/share/java/jna.jar", "Recorder", "room",
                     configuration(root)], root)


def example_in_swift():
    """Built as a package of its own, beside the tests' builds: that takes minutes, so `make soak` does it."""
    package = EXAMPLES / "SwiftRecorder"
    made = subprocess.run(["swift", "build", "--package-path", package], capture_output=True, text=True, timeout=1800)
    expect(made.returncode == 0, made.stdout[-1500:] + made.stderr[-1500:])
    with tempfile.TemporaryDirectory() as root:
        return call([package / ".build/debug/SwiftRecorder", "room", configuration(root)], root)


TESTS = [example_in_cpp, example_in_java]
