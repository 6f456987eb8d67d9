"""Programs that bring the recorder into their own process: the examples, built as their pages say, in real calls."""

import json
import os
import re
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


def run_while_publishing(command, root):
    """Runs a program that hosts a channel while a user sends the pattern to it; returns what it says."""
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
    return output


def call(command, root):
    """Runs an example in a call; checks what it says, and its file."""
    output = run_while_publishing(command, root)
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    expect("left with code 16" in output, output[-500:])
    check(events)
    files = list(Path(root).glob("rec/*/*/7_*.mp4"))
    expect(len(files) == 1, f"files: {files}")
    expect(not ffmpeg_errors(files[0]), ffmpeg_errors(files[0])[:500])
    frames = probe(files[0])["frames"]
    expect(frames >= 140, f"{frames} pictures of 150")
    return f"{len(events)} events, {frames} pictures", output


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
        words, output = call([f"{root}/recorder", "room", configuration(root)], root)
        seen = re.search(r"saw (\d+) pictures, (\d+) keyframes, (\d+) bytes; heard (\d+) samples; missed (\d+)", output)
        expect(seen, output[-500:])
        pictures, keyframes, size, samples, missed = map(int, seen.groups())
        expect(140 <= pictures <= 155 and keyframes >= 1 and size > 10_000, seen.group())
        expect(70_000 <= samples <= 84_000 and missed == 0, seen.group())
        return words


def build_observer(root):
    built = subprocess.run(
        ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/Sources/CLathe/include", "-o", f"{root}/observer",
         ROOT / "Tests/EndToEnd/observer.c", f"-L{LIBRARY}", "-llathe", f"-Wl,-rpath,{LIBRARY}",
         "-Wl,--allow-shlib-undefined"], capture_output=True, text=True, timeout=120)
    expect(built.returncode == 0, built.stderr[-1500:])


def observer_in_c(kind):
    """A program in C that gets decoded pictures, or their JPEG files."""
    with tempfile.TemporaryDirectory() as root:
        build_observer(root)
        output = run_while_publishing([f"{root}/observer", kind, configuration(root), root], root)
        seen = json.loads(output.splitlines()[-1])
        expect(seen["uid"] == "7" and seen["isOrdered"] == 1 and seen["dropped"] == 0, f"{seen}")
        files = list(Path(root).glob("7_*.jpg"))
        if kind == "jpegs":
            expect(4 <= seen["pictures"] <= 6 and seen["files"] == len(files) == seen["pictures"], f"{seen}, {files}")
            expect(not ffmpeg_errors(files[0]), ffmpeg_errors(files[0])[:500])
            expect(probe(files[0])["width"] == seen["width"], f"{probe(files[0])}, {seen}")
        else:
            expect(140 <= seen["pictures"] <= 155 and seen["changes"] == 1, f"{seen}")
        return f"{seen['pictures']} of {seen['width']}×{seen['height']}"


def pictures_in_c(): return observer_in_c("pictures")
def jpegs_in_c(): return observer_in_c("jpegs")


def example_in_java():
    with tempfile.TemporaryDirectory() as root:
        made = make("java", root)
        expect(made.returncode == 0, made.stderr[-1500:])
        return call(["java", f"-Djna.library.path={LIBRARY}", "-cp", f"{root}:/usr/share/java/jna.jar", "Recorder", "room",
                     configuration(root)], root)[0]


def example_in_swift():
    """Built as a package of its own, beside the tests' builds: that takes minutes, so `make soak` does it."""
    package = EXAMPLES / "SwiftRecorder"
    made = subprocess.run(["swift", "build", "--package-path", package], capture_output=True, text=True, timeout=1800)
    expect(made.returncode == 0, made.stdout[-1500:] + made.stderr[-1500:])
    with tempfile.TemporaryDirectory() as root:
        return call([package / ".build/debug/SwiftRecorder", "room", configuration(root)], root)[0]


TESTS = [example_in_cpp, example_in_java, pictures_in_c, jpegs_in_c]
