"""A browser whose network narrows for a while: does it send at its full rate again soon after?"""

import tempfile
import time

from browser import NATURAL, PagePublisher, camera_file, chromium
from harness import expect, ffmpeg_errors, link, server, takes_of

# Seconds: growing to full rate, narrow, and how long recovery may take.
USUAL, NARROW, RECOVERY = 15, 20, 32
NARROW_KILOBITS = 300


class RateMeter:
    """What a page's video sender put on the wire, second by second."""

    def __init__(self, publisher):
        self.publisher = publisher
        self.last = None

    def watch(self, seconds):
        """The rates of the next seconds, in bits a second."""
        rates = []
        until = time.time() + seconds
        while time.time() < until:
            time.sleep(1)
            video = self.publisher.stats()["video"]
            if self.last:
                elapsed = (video["timestamp"] - self.last["timestamp"]) / 1000
                rates.append((video["bytesSent"] - self.last["bytesSent"]) * 8 / elapsed)
            self.last = video
        return rates


def recovers_after_a_squeeze(codec="H264"):
    """The bar: above 80 % of the former rate within 20 s, and a file without an error.

    Watched for longer, since how fast Chromium dares to grow is its own rule: 8 % a second (docs/measurements.md).
    """
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        begin = USUAL + 1
        squeeze = f"{NARROW_KILOBITS}@{begin}-{begin + NARROW}"
        with link(one.media_port, "--delay", "20", "--squeeze", squeeze) as port:
            with chromium(camera_file(directory, look=NATURAL)) as browser:
                publisher = PagePublisher(browser, one.url, "room", codec, detour=(one.media_port, port))
                meter = RateMeter(publisher)
                former = sorted(meter.watch(USUAL)[-8:])[4]
                narrow = meter.watch(NARROW + 1)
                after = meter.watch(RECOVERY)
                publisher.leave()
        path = takes_of(one.finish("room"))[0]
        errors = ffmpeg_errors(path)
        expect(not errors, f"{path.name}: {errors[:500]}")
        squeezed = sorted(narrow[4:])[len(narrow[4:]) // 2]
        expect(squeezed < 1.2e3 * NARROW_KILOBITS, f"the squeeze did not squeeze: {squeezed / 1e3:.0f} kbit/s")
        reached = next((second for second, rate in enumerate(after, 1) if rate >= 0.8 * former), None)
        summary = (f"{former / 1e6:.2f} Mbit/s before, {squeezed / 1e3:.0f} kbit/s while narrow, then "
                   + " ".join(f"{rate / 1e6:.2f}" for rate in after))
        expect(reached, f"not back at 80 %: {summary}")
        return f"back at 80 % after {reached} s ({summary})"
