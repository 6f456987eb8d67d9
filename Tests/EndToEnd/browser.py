"""Drives headless Chromium as a person would: through the page that the server serves."""

import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from harness import CHROMIUM, Failure, expect

# Lets a test ask the page's own connection for its statistics, and when it was established; and lead its media through
# a relay, by putting the relay's port into the answer's candidates.
KEEP_PEERS = """
  window.peers = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...rest) {
      super(...rest);
      window.peers.push(this);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') window.connectedAt ??= Date.now();
      });
    }
    setRemoteDescription(description) {
      const detour = window.detour;
      const sdp = detour
        ? description.sdp.replaceAll(` ${detour.from} typ host`, ` ${detour.to} typ host`) : description.sdp;
      return super.setRemoteDescription({ type: description.type, sdp });
    }
  };
"""

STATS = """async () => {
  const found = {};
  const peer = window.peers.at(-1);
  if (!peer) return found;
  for (const report of (await peer.getStats()).values()) {
    // The camera's, not that of a screen which is not shared.
    if (report.type === 'outbound-rtp' && report.kind === 'video' && !(found.video?.bytesSent > report.bytesSent))
      found.video = report;
    if (report.type === 'outbound-rtp' && report.kind === 'audio') found.audio = report;
    if (report.type === 'candidate-pair' && report.nominated) found.pair = report;
  }
  found.state = peer.connectionState;
  return found;
}"""


# A picture as hard as it gets, and one with the soft edges and the little noise of a room seen by a lens.
HARSH = "noise=alls=12:allf=t"
NATURAL = "gblur=3,noise=alls=4:allf=t"


def camera_file(directory, seconds=10, look=HARSH):
    """A moving, noisy picture, so that an encoder has something to spend its bits on."""
    path = Path(directory) / "camera.mjpeg"
    if not path.exists():
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x480:rate=30",
             "-vf", look, "-t", str(seconds), "-q:v", "4", "-y", path], check=True)
    return path


@contextmanager
def chromium(camera=None, *more):
    fake = "--use-fake-device-for-media-stream=fps=30"
    options = ["--no-sandbox", "--use-fake-ui-for-media-stream", fake, "--autoplay-policy=no-user-gesture-required"]
    options += more
    if camera:
        options.append(f"--use-file-for-fake-video-capture={camera}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=["--headless=new", *options])
        try:
            yield browser
        finally:
            browser.close()


class PagePublisher:
    """One tab that publishes its camera through the page."""

    def __init__(self, browser, url, channel, codec, uid="", detour=None, simulcast=False):
        self.page = browser.new_page(viewport={"width": 1100, "height": 900})
        self.page.add_init_script(KEEP_PEERS)
        if detour:
            self.page.add_init_script(f"window.detour = {{ from: {detour[0]}, to: {detour[1]} }};")
        self.page.goto(url)
        self.page.fill("#channel", channel)
        if uid:
            self.page.fill("#uid", str(uid))
        self.page.select_option("#codec", codec)
        if simulcast:
            self.page.check("#simulcast")
        self.page.click("#publish")
        self.connected_at = None
        self.wait_connected()

    def stats(self):
        return self.page.evaluate(STATS)

    def wait_connected(self, seconds=15):
        deadline = time.time() + seconds
        while time.time() < deadline:
            if self.stats().get("state") == "connected":
                self.connected_at = self.page.evaluate("window.connectedAt") / 1000
                return
            time.sleep(0.02)
        raise Failure(f"the page did not connect: {self.page.inner_text('#message')}")

    def leave(self):
        """Leaves as the button does; returns the last statistics before it."""
        last = self.stats()
        self.left_at = self.page.evaluate("""() => {
          const moment = Date.now();
          document.getElementById('leave').click();
          return moment;
        }""") / 1000
        self.page.wait_for_function("document.getElementById('message').textContent.includes('left')")
        return last


def plays(browser, url, seconds=15):
    """Plays a media URL in the browser up to its end; returns what the element says of it."""
    page = browser.new_page()
    page.set_content("<video id=v muted></video>")
    try:
        return page.evaluate("""async ([url, limit]) => {
          const video = document.getElementById('v');
          const ended = new Promise((resolve) => {
            video.onended = () => resolve('');
            video.onerror = () => resolve(video.error.message || `error ${video.error.code}`);
            setTimeout(() => resolve('timeout'), limit * 1000);
          });
          video.src = url;
          video.playbackRate = 8;
          video.play().catch(() => {});
          const error = await ended;
          return { error, duration: video.duration, at: video.currentTime, width: video.videoWidth };
        }""", [url, seconds])
    finally:
        page.close()
