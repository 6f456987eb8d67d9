"""What happens in calls: every codec, several sizes at once, shared screens, turned and muted cameras, returns."""

import json
import subprocess
import sys
import tempfile
import time

from browser import NATURAL, PagePublisher, camera_file, chromium
from harness import expect, ffmpeg_errors, lathe, measure, probe, server, takes_of


def whole(path):
    errors = ffmpeg_errors(path)
    expect(not errors, f"{path.name}: {errors[:500]}")
    return probe(path)


def published(*options, seconds=12, record=()):
    """Records one scripted publisher; returns the recording, its folder still there, to the check that follows."""
    return Call(options, seconds, record)


class Call:
    """One scripted publisher and the recording of it."""

    def __init__(self, options, seconds, record):
        self.options, self.seconds, self.record = options, seconds, record

    def __enter__(self):
        self.context = server("--auto-record", "individual", *self.record)
        self.server = self.context.__enter__()
        try:
            lathe("publish", "--server", self.server.url, "--channel", "room", "--uid", "7", "--pattern",
                  "--seconds", self.seconds, *self.options)
            self.recording = self.server.finish("room")
        except BaseException:
            self.context.__exit__(*sys.exc_info())
            raise
        return self.recording, takes_of(self.recording)

    def __exit__(self, *failure):
        return self.context.__exit__(*failure)


# ---------------------------------------------------------------- codecs

def pattern_in(codec, container, name, *options):
    with published("--codec", codec, *options) as (_, paths):
        found = whole(paths[0])
        expect(paths[0].suffix == container and found["video"] == name, f"{paths[0].name} holds {found['video']}")
        seen = measure(paths[0])
        share = seen["distinctFrameCount"] / seen["expectedFrameCount"]
        expect(share >= 0.99, f"{share:.2%} of {seen['expectedFrameCount']} frames: {seen}")
        expect(seen["offsetP99Milliseconds"] <= 40, f"sound and picture are apart: {seen}")
        return f"{codec} {share:.1%}, p99 {seen['offsetP99Milliseconds']:.1f} ms"


def transport_streams_hold_what_was_sent():
    """Read by FFmpeg, packet by packet, as nothing in a transport stream says how much should be there."""
    notes = []
    for codec, name in (("h264", "h264"), ("h265", "hevc")):
        with published("--codec", codec, record=("--container", "ts"), seconds=8) as (recording, paths):
            found = whole(paths[0])
            take = recording["takes"][0]
            expect(paths[0].suffix == ".ts" and found["video"] == name and found["audio"] == "aac", f"{found}")
            expect(found["frames"] == take["videoFrameCount"], f"{found['frames']} of {take['videoFrameCount']} pictures")
            expect(abs(found["duration"] - take["durationMilliseconds"] / 1000) < 0.1, f"{found['duration']} s: {take}")
            lathe("repair", paths[0])
            seen = measure(paths[0].with_suffix(".mp4"))
            expect(seen["offsetP99Milliseconds"] <= 40, f"sound and picture are apart: {seen}")
            notes.append(f"{codec} {found['frames']} pictures, p99 {seen['offsetP99Milliseconds']:.1f} ms")
    return "; ".join(notes)


def every_codec_is_recorded():
    return "; ".join([
        pattern_in("h265", ".mp4", "hevc", "--size", "320x240"),
        pattern_in("vp9", ".mp4", "vp9", "--size", "320x240"),
        pattern_in("av1", ".mp4", "av1", "--size", "320x240"),
        pattern_in("h264", ".mp4", "h264", "--b-frames", "2", "--audio-codec", "g722"),
        pattern_in("vp8", ".webm", "vp8", "--audio-codec", "pcmu"),
    ])


def chromium_sends(codec, name):
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        with chromium(camera_file(directory, look=NATURAL)) as browser:
            publisher = PagePublisher(browser, one.url, "room", codec)
            time.sleep(10)
            sent = publisher.leave()["video"]["framesSent"]
        path = takes_of(one.finish("room"))[0]
        found = whole(path)
        expect(found["video"] == name, f"{path.name} holds {found['video']}")
        expect(found["frames"] >= 0.99 * sent, f"{found['frames']} of {sent} frames")
        return f"{found['frames']}/{sent} frames of {name}"


def chromium_vp9_and_av1():
    return chromium_sends("VP9", "vp9") + ", " + chromium_sends("AV1", "av1")


# ---------------------------------------------------------------- layers and tracks

# How wide the largest of the encodings is that the browser found room for.
LARGEST = """async () => Math.max(...[...(await window.peers.at(-1).getStats()).values()]
  .filter((report) => report.type === 'outbound-rtp' && report.kind === 'video' && report.framesSent > 0)
  .map((report) => report.frameWidth))"""


def chromium_simulcast_is_recorded_at_its_largest():
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        with chromium(camera_file(directory, look=NATURAL)) as browser:
            publisher = PagePublisher(browser, one.url, "room", "VP8", simulcast=True)
            # Chromium starts with the small ones, and grows by 8 % a second.
            time.sleep(25)
            largest = publisher.page.evaluate(LARGEST)
            publisher.leave()
        recording = one.finish("room")
        path = takes_of(recording)[0]
        found = whole(path)
        sizes = sizes_of(path)
        expect(sizes[-1][0] == largest, f"the file ends with pictures of {sizes[-1]}, but {largest} came")
        return f"{found['frames']} frames, {' → '.join(f'{width}×{height}' for width, height in sizes)}"


def the_low_stream_is_recorded_on_request():
    with published("--codec", "vp8", "--simulcast", record=("--stream-type", "1")) as (_, paths):
        whole(paths[0])
        sizes = sizes_of(paths[0])
        expect(sizes[-1] == (160, 120), f"the file holds {sizes}")


def sizes_of(path):
    """The sizes of a file's pictures, one after the other."""
    run = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=width,height",
                          "-of", "csv=p=0", path], capture_output=True, text=True, timeout=120)
    sizes = []
    for line in run.stdout.split():
        size = tuple(int(word) for word in line.strip(",").split(",")[:2])
        if sizes[-1:] != [size]:
            sizes.append(size)
    return sizes


def a_shared_screen_is_a_file_of_its_own():
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        with chromium(camera_file(directory, look=NATURAL), "--auto-select-desktop-capture-source=Lathe",
                      "--auto-select-tab-capture-source-by-title=Lathe") as browser:
            publisher = PagePublisher(browser, one.url, "room", "H264")
            time.sleep(3)
            publisher.page.click("#share")
            publisher.page.wait_for_selector('#share[aria-pressed="true"]', timeout=10000)
            time.sleep(5)
            publisher.page.click("#share")
            publisher.page.click("#mute-camera")
            time.sleep(3)
            publisher.page.click("#mute-camera")
            time.sleep(2)
            publisher.leave()
        paths = takes_of(one.finish("room"))
        screens = [path for path in paths if "screen" in path.name]
        expect(len(paths) == 2 and len(screens) == 1, f"the files are {[path.name for path in paths]}")
        camera = next(path for path in paths if path not in screens)
        long, short = whole(camera)["duration"], whole(screens[0])["duration"]
        expect(long > 12 and short < long - 2, f"camera {long:.1f} s, screen {short:.1f} s")
        return f"camera {long:.1f} s, screen {short:.1f} s"


# ---------------------------------------------------------------- one take through it all

def one_take_through_it_all():
    script = "rotate=90@3,resize=320x240@6,mute-video=9-11,mute-audio=12-14,leave=16-20,new-ssrc=video@24"
    with published("--script", script, seconds=28) as (recording, paths):
        names = [path.name for path in paths]
        expect(len(paths) == 1, f"the files are {names}")
        found = whole(paths[0])
        expect(abs(found["duration"] - 28) < 1, f"{found['duration']:.2f} s")
        index = next(paths[0].parent.glob("uid_7_*.txt")).read_text()
        expect("rotat" in index and "320" in index, index)
        return f"{found['duration']:.2f} s, {len(index.splitlines())} lines in its index"


def another_codec_begins_another_file():
    with published("--script", "codec=vp8@6", seconds=12) as (recording, paths):
        expect([path.suffix for path in paths] == [".mp4", ".webm"], f"the files are {[path.name for path in paths]}")
        for path in paths:
            whole(path)
        expect("codecswitch" in json.dumps(recording), "nobody says why the second file began")


# ---------------------------------------------------------------- bad networks

def through_loss(least, *link, seconds=30):
    with published(*link, seconds=seconds) as (_, paths):
        whole(paths[0])
        seen = measure(paths[0])
        share = seen["distinctFrameCount"] / seen["expectedFrameCount"]
        expect(share >= least, f"{share:.3%} of {seen['expectedFrameCount']} frames")
        return f"{share:.3%} of {seen['expectedFrameCount']} frames"


def five_percent_loss_at_50_ms():
    return through_loss(0.999, "--loss", "5", "--delay", "25", "--seed", "5")


def bursts_of_ten_percent_at_150_ms():
    """Five minutes, for `make soak`: one picture that cannot be repaired costs half a second."""
    return through_loss(0.99, "--loss", "10", "--burst", "5", "--delay", "75", "--seed", "6", seconds=300)


TESTS = [
    transport_streams_hold_what_was_sent,
    every_codec_is_recorded,
    chromium_vp9_and_av1,
    chromium_simulcast_is_recorded_at_its_largest,
    the_low_stream_is_recorded_on_request,
    a_shared_screen_is_a_file_of_its_own,
    one_take_through_it_all,
    another_codec_begins_another_file,
    five_percent_loss_at_50_ms,
]
