"""The end-to-end tests of `make test`: real sockets, real browsers, real players, files read back.

Each test starts a server of its own on loopback. `run.py NAME…` runs only those named.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import api
import calls
import cloud
import commandline
import compatibility
import control
import crash
import events
import legacy
import mp3
import repair
import sdk
import states
from browser import PagePublisher, camera_file, chromium
from harness import (ROOT, expect, ffmpeg_errors, get, get_json, lathe, measure, post, probe, request, run, server,
                     start, takes_of)

SECONDS = 30
AIORTC = ROOT / "Tests/EndToEnd/aiortc_client.py"


def check_take(path, sent, call_seconds, container, codec):
    """The bars for one recorded client: no decode error, 99 % of the frames, the call's length."""
    errors = ffmpeg_errors(path)
    expect(not errors, f"{path.name}: {errors[:500]}")
    found = probe(path)
    expect(path.suffix == container, f"{path.name} is not {container}")
    expect(found["video"] == codec, f"{path.name} holds {found['video']}")
    expect(found["audio"], f"{path.name} has no sound")
    share = found["frames"] / sent
    expect(share >= 0.99, f"{path.name}: {found['frames']} of {sent} frames")
    off = found["duration"] - call_seconds
    expect(abs(off) <= 0.1, f"{path.name}: {found['duration']:.3f} s for a call of {call_seconds:.3f} s")
    return f"{found['frames']}/{sent} frames, {off * 1000:+.0f} ms"


def first_picture(recording, file):
    take = next(one for one in recording["takes"] if one["file"] == file)
    delay = take["firstPictureMilliseconds"]
    expect(delay is not None and delay <= 1000, f"the first picture came {delay} ms after publishing")
    return f"first picture {delay} ms"


def chromium_publishes(codec, container, name):
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        with chromium(camera_file(directory)) as browser:
            publisher = PagePublisher(browser, one.url, "room", codec)
            rates, last = [], None
            began = time.time()
            while time.time() - began < SECONDS:
                time.sleep(1)
                video = publisher.stats()["video"]
                if last:
                    rates.append((video["bytesSent"] - last["bytesSent"]) * 8000
                                 / (video["timestamp"] - last["timestamp"]))
                last = video
            final = publisher.leave()
            seconds = publisher.left_at - publisher.connected_at
        recording = one.finish("room")
        path = takes_of(recording)[0]
        note = check_take(path, final["video"]["framesSent"], seconds, container, name)
        expect(max(rates) > 1e6, f"the sender's rate never rose above {max(rates) / 1e6:.2f} Mbit/s")
        return f"{note}, {first_picture(recording, path.name)}, up to {max(rates) / 1e6:.2f} Mbit/s"


def chromium_h264():
    return chromium_publishes("H264", ".mp4", "h264")


def chromium_vp8():
    return chromium_publishes("VP8", ".webm", "vp8")


def aiortc_publishes(codec, container):
    with server("--auto-record", "individual") as one:
        run_ = subprocess.run([sys.executable, AIORTC, f"{one.url}/whip/room?uid=7", "--codec", codec,
                               "--seconds", str(SECONDS)], capture_output=True, text=True, timeout=120)
        expect(run_.returncode == 0, run_.stderr[-1500:])
        sent = json.loads(run_.stdout)
        recording = one.finish("room")
        path = takes_of(recording)[0]
        note = check_take(path, sent["frames"], sent["seconds"], container, codec)
        return f"{note}, {first_picture(recording, path.name)}"


def aiortc_h264():
    return aiortc_publishes("h264", ".mp4")


def aiortc_vp8():
    return aiortc_publishes("vp8", ".webm")


def chromium_and_aiortc_in_one_channel():
    with server("--auto-record", "individual") as one, chromium() as browser:
        other = subprocess.Popen([sys.executable, AIORTC, f"{one.url}/whip/room?uid=7", "--codec", "vp8",
                                  "--seconds", "12"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        publisher = PagePublisher(browser, one.url, "room", "H264", uid="8")
        time.sleep(10)
        sent = publisher.leave()["video"]["framesSent"]
        seconds = publisher.left_at - publisher.connected_at
        output, errors = other.communicate(timeout=60)
        expect(other.returncode == 0, errors[-1500:])
        theirs = json.loads(output)
        recording = one.finish("room")
        files = {take["uid"]: take["file"] for take in recording["takes"]}
        expect(set(files) == {"7", "8"}, f"takes of {sorted(files)}")
        folder = Path(recording["directory"])
        check_take(folder / files["7"], theirs["frames"], theirs["seconds"], ".webm", "vp8")
        check_take(folder / files["8"], sent, seconds, ".mp4", "h264")
        check_directory(folder, recording)


def check_directory(folder, recording):
    """Every file that belongs beside the takes (legacy names included) is there and says what it must."""
    names = {path.name for path in folder.iterdir()}
    for name in ("metadata.txt", "recording_sys.log", "recording2-done.txt", "recording.json"):
        expect(name in names, f"{name} is missing among {sorted(names)}")
    log = (folder / "recording_sys.log").read_text()
    expect(log.count("~MediaFile") == len(recording["takes"]), "not every MediaFile was closed in the log")
    for take in recording["takes"]:
        index = next(folder.glob(f"uid_{take['uid']}_*.txt")).read_text()
        expect(f"{take['file']} create \n" in index and f"{take['file']} close \n" in index, index)
    story = json.loads((folder / "recording.json").read_text())
    expect(story["end"]["reason"], "recording.json has no end reason")


def pattern_through_loss(percent, least):
    """A native publisher behind a lossy link: how many of its numbered frames are in the file."""
    with server("--auto-record", "individual") as one:
        lathe("publish", "--server", one.url, "--channel", "room", "--pattern", "--seconds", "40",
              "--loss", percent, "--delay", 20, "--seed", 20 + percent)
        path = takes_of(one.finish("room"))[0]
        expect(not ffmpeg_errors(path), ffmpeg_errors(path)[:500])
        found = measure(path)
        share = found["distinctFrameCount"] / found["expectedFrameCount"]
        expect(share >= least, f"{share:.4%} of {found['expectedFrameCount']} frames at {percent} % loss: {found}")
        return f"{share:.3%} of {found['expectedFrameCount']} frames"


def loss_of_3_percent():
    return pattern_through_loss(3, 0.999)


def loss_of_10_percent():
    return pattern_through_loss(10, 0.99)


def sound_and_picture_agree():
    """One minute with 3 % loss and 50 ms jitter; `make soak` takes five."""
    return offsets(60, "--loss", "3", "--jitter", "50", "--seed", "7")


def offsets(seconds, *link):
    """A flash and a beep every second: how far apart they are in the recorded file."""
    with server("--auto-record", "individual") as one:
        lathe("publish", "--server", one.url, "--channel", "room", "--pattern", "--seconds", seconds, *link)
        path = takes_of(one.finish("room"))[0]
        found = measure(path)
        offset = found["offsetP99Milliseconds"]
        expect(found["offsetCount"] >= seconds * 0.8, f"only {found['offsetCount']} flashes and beeps were found")
        expect(offset <= 40, f"p99 of |sound − picture| is {offset} ms: {found}")
        return (f"p50 {found['offsetP50Milliseconds']:.1f} ms, p99 {offset:.1f} ms, at most "
                f"{found['offsetMaximumMilliseconds']:.1f} ms over {found['offsetCount']} s")


def killed_server_leaves_playable_files():
    return crash.campaign(moments=50, seed=random.randrange(1 << 30))


def demo_proves_itself():
    with tempfile.TemporaryDirectory() as root:
        found = lathe("demo", "--seconds", "6", "--record-root", root)
        expect("mp4" in found.stdout and "webm" in found.stdout, found.stdout)


def record_hosts_a_channel_by_itself():
    """`lathe record` without a server is a whole recorder; SIGINT ends it in order."""
    with tempfile.TemporaryDirectory() as root:
        from harness import free_ports, free_tcp_port
        low, high = free_ports(4)
        port = free_tcp_port()
        recorder = start("record", "--channel", "room", "--http", f"127.0.0.1:{port}",
                         "--udp-ports", f"{low}-{high}", "--record-root", root)
        time.sleep(1)
        lathe("publish", "--server", f"http://127.0.0.1:{port}", "--channel", "room", "--uid", "5", "--pattern",
              "--seconds", "3")
        recorder.send_signal(2)
        output, errors = recorder.communicate(timeout=30)
        expect(recorder.returncode == 0, f"status {recorder.returncode}: {errors[-800:]}")
        expect("5" in output and ".mp4" in output, output)
        take = next(Path(root).glob("*/*/5_*.mp4"))
        expect(not ffmpeg_errors(take), ffmpeg_errors(take))


def record_ends_when_nobody_comes():
    with server() as one:
        found = lathe("record", "--server", one.url, "--channel", "empty", "--idle", "3", timeout=30)
        recording = one.recordings("empty")[0]
        expect(recording["end"]["leaveCode"] == 4, f"leave code {recording['end']}")
        expect("No users in channel" in (Path(recording["directory"]) / "recording_sys.log").read_text(),
               found.stdout)


def bad_input_is_refused_and_harms_nobody():
    with server("--auto-record", "individual") as one:
        good = start("publish", "--server", one.url, "--channel", "room", "--pattern", "--seconds", "8")
        one.wait_for("room", lambda recording: recording["takes"])
        sdp = {"Content-Type": "application/sdp"}
        cases = [
            ("POST", "/whip/room?uid=3", b"v=0\r\nnonsense", sdp, 400),
            ("POST", "/whip/room?uid=3", b"", sdp, 400),
            ("POST", "/whip/room?uid=3", b"x" * 300_000, sdp, 413),
            ("POST", "/whip/room?uid=3", b"v=0", {"Content-Type": "text/plain"}, 415),
            ("POST", "/whip/" + "x" * 80, b"v=0\r\n", sdp, 400),
            ("POST", "/whip/room?uid=minus", b"v=0\r\n", sdp, 400),
            ("POST", "/whip/room?profile=strange", b"v=0\r\n", sdp, 400),
            ("POST", "/v1/recordings", b"{", {"Content-Type": "application/json"}, 400),
            ("POST", "/v1/recordings", b"{}", {"Content-Type": "application/json"}, 400),
            ("POST", "/v1/recordings", b'{"channel":"a","idleSeconds":1}', {"Content-Type": "application/json"}, 400),
            ("GET", "/v1/recordings/none", None, None, 404),
            ("GET", "/v1/recordings/none/files/..%2f..%2fetc%2fpasswd", None, None, 400),
            ("DELETE", "/whip/room/none", None, None, 404),
            ("PUT", "/v1/recordings", b"", None, 405),
            ("GET", "/nowhere", None, None, 404),
        ]
        for method, path, body, headers, status in cases:
            got, _, answer = request(method, one.url + path, body, headers)
            expect(got == status, f"{method} {path[:60]}: {got} instead of {status}: {answer[:200]}")
            expect(json.loads(answer)["detail"], f"{method} {path[:60]} gives no detail")
        throw_garbage(one)
        output, errors = good.communicate(timeout=60)
        expect(good.returncode == 0, errors[-800:])
        path = takes_of(one.finish("room"))[0]
        expect(not ffmpeg_errors(path), ffmpeg_errors(path)[:500])
        return f"{len(cases)} requests refused; the other user's file is whole"


def throw_garbage(one):
    """STUN, DTLS and RTP look-alikes from a stranger, at every media port."""
    import socket
    ports = {int(port) for port in get_json(one.url + "/v1/server")["udpPorts"]}
    random.seed(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for port in ports:
            for first in (0, 1, 20, 22, 63, 64, 128, 144, 191, 200, 255):
                for length in (1, 2, 12, 20, 60, 1200):
                    stranger.sendto(bytes([first]) + random.randbytes(length - 1), ("127.0.0.1", port))


def the_page_publishes_records_and_plays():
    with server() as one, chromium() as browser:
        publisher = PagePublisher(browser, one.url, "room", "H264")
        page = publisher.page
        page.click("#record")
        page.wait_for_selector('#state[data-state="recording"]', timeout=5000)
        page.wait_for_selector("#takes tr", timeout=8000)
        time.sleep(4)
        page.click("#stop")
        page.wait_for_selector('#state[data-state="finished"]', timeout=8000)
        publisher.leave()
        page.click("#takes button")
        page.wait_for_function("document.getElementById('player').currentTime > 1", timeout=15000)
        return f"plays {page.evaluate('document.getElementById(`player`).videoWidth')} wide"


# What a kill costs is a matter of how busy the machine is, too.
ALONE = [killed_server_leaves_playable_files]

# The longest first, so that no lane is left with it.
TESTS = [
    demo_proves_itself,
    record_hosts_a_channel_by_itself,
    record_ends_when_nobody_comes,
    bad_input_is_refused_and_harms_nobody,
    the_page_publishes_records_and_plays,
    chromium_h264,
    chromium_vp8,
    aiortc_h264,
    aiortc_vp8,
    chromium_and_aiortc_in_one_channel,
    loss_of_3_percent,
    loss_of_10_percent,
    sound_and_picture_agree,
    *events.TESTS,
    *api.TESTS,
    *calls.TESTS,
    *cloud.TESTS,
    *control.TESTS,
    *commandline.TESTS,
    *legacy.TESTS,
    *mp3.TESTS,
    *repair.TESTS,
    *sdk.TESTS,
    *states.TESTS,
    # Starts hundreds of processes, and so keeps the machine busy: last, when few calls are left to be disturbed.
    *compatibility.TESTS,
]

if __name__ == "__main__":
    # Calls take real time and little of a processor: two at a time take half of it.
    sys.exit(run(TESTS, lanes=2, alone=ALONE))
