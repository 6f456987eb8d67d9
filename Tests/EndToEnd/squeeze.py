"""A browser whose network narrows for a while: does it send at its full rate again soon after?"""

import tempfile
import time

from browser import NATURAL, PagePublisher, camera_file, chromium
from harness import expect, ffmpeg_errors, link, server, takes_of

# Seconds of the link's life: growing to full rate, narrow, and how long recovery is watched.
USUAL, NARROW, RECOVERY = 20, 20, 32
NARROW_KILOBITS = 300
# Seconds: how often the sender is asked, and over how long a rate is taken.
STEP, WINDOW = 0.25, 1


class RateMeter:
    """What a page's video sender put on the wire."""

    def __init__(self, publisher):
        self.publisher = publisher
        self.samples = []

    def watch(self, seconds):
        until = time.time() + seconds
        while time.time() < until:
            time.sleep(STEP)
            video = self.publisher.stats()["video"]
            self.samples.append((video["timestamp"] / 1000, video["bytesSent"]))

    def rates(self, begin, end):
        """The rates of the windows that begin and end within two moments: when each ended, and its bits a second."""
        found = []
        for moment, count in self.samples:
            earlier = next((one for one in reversed(self.samples) if one[0] <= moment - WINDOW), None)
            if earlier and earlier[0] >= begin and moment <= end:
                found.append((moment, (count - earlier[1]) * 8 / (moment - earlier[0])))
        return found


def middle(rates):
    return sorted(rate for _, rate in rates)[len(rates) // 2]


def recovers_after_a_squeeze(codec="H264"):
    """The bar: above 80 % of the former rate within 20 s, and a file without an error.

    Watched for longer, since how fast Chromium dares to grow is its own rule: 8 % a second (docs/measurements.md).
    """
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        squeeze = f"{NARROW_KILOBITS}@{USUAL}-{USUAL + NARROW}"
        with link(one.media_port, "--delay", "20", "--squeeze", squeeze) as network:
            with chromium(camera_file(directory, look=NATURAL)) as browser:
                publisher = PagePublisher(browser, one.url, "room", codec, detour=(one.media_port, network.port))
                meter = RateMeter(publisher)
                meter.watch(USUAL + NARROW + RECOVERY)
                publisher.leave()
            narrowed, released = network.when("kbit/s through"), network.when("everything through")
        path = takes_of(one.finish("room"))[0]
        errors = ffmpeg_errors(path)
        expect(not errors, f"{path.name}: {errors[:500]}")
        former = middle(meter.rates(narrowed - 8, narrowed))
        squeezed = middle(meter.rates(narrowed + 4, released))
        expect(squeezed < 1.2e3 * NARROW_KILOBITS, f"the squeeze did not squeeze: {squeezed / 1e3:.0f} kbit/s")
        after = meter.rates(released, released + RECOVERY)
        reached = next((moment - released for moment, rate in after if rate >= 0.8 * former), None)
        summary = (f"{former / 1e6:.2f} Mbit/s before, {squeezed / 1e3:.0f} kbit/s while narrow, then "
                   + " ".join(f"{rate / 1e6:.2f}" for _, rate in after[::round(WINDOW / STEP)]))
        expect(reached, f"not back at 80 %: {summary}")
        return f"back at 80 % after {reached:.1f} s ({summary})"
