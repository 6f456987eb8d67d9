#!/usr/bin/env python3
"""Plays media files in a real browser and says how that went.

    play.py FILE…

Prints one JSON object, a key for each file:
  opens         the browser knew what it was and showed its first picture
  duration      seconds; null if the browser does not know (a WebM file that still grows)
  seeks         it went to a quarter, a half and three quarters of the file, and back, and played on from there
  videoWidth    pixels; 0 for a file that is only heard
  heard         it decoded sound
  played        seconds that passed on the file's clock while it played for one
  error         what the browser said, or null
"""

import http.server
import json
import os
import re
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

PAGE = b"<!doctype html><meta charset=utf-8><video id=v muted playsinline></video>"

SCRIPT = """
async (url) => {
  const video = document.getElementById("v");
  const result = {opens: false, duration: null, seeks: false, videoWidth: 0, heard: false, played: 0, error: null};
  const happens = (name, milliseconds) => new Promise((resolve, reject) => {
    const failed = () => reject(new Error("the browser refuses it: " + (video.error && video.error.message)));
    const timer = setTimeout(() => reject(new Error("no " + name + " within " + milliseconds + " ms")), milliseconds);
    video.addEventListener("error", failed, {once: true});
    video.addEventListener(name, () => { clearTimeout(timer); resolve(); }, {once: true});
  });
  try {
    const ready = happens("loadeddata", 10000);
    video.src = url;
    await ready;
    result.opens = true;
    result.duration = Number.isFinite(video.duration) ? video.duration : null;
    result.videoWidth = video.videoWidth;
    await video.play();
    const start = video.currentTime;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    result.played = Math.round((video.currentTime - start) * 1000) / 1000;
    result.heard = (video.webkitAudioDecodedByteCount || 0) > 0;
    video.pause();
    const end = result.duration ?? (video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0);
    let isThere = end > 0;
    for (const part of [0.25, 0.5, 0.75, 0.1]) {
      const sought = happens("seeked", 10000);
      video.currentTime = end * part;
      await sought;
      isThere &&= Math.abs(video.currentTime - end * part) < 0.5 && video.readyState >= 2;
    }
    await video.play();
    await new Promise((resolve) => setTimeout(resolve, 300));
    result.seeks = isThere && video.currentTime > end * 0.1;
  } catch (error) {
    result.error = String(error.message || error);
  }
  video.removeAttribute("src");
  video.load();
  return result;
}
"""


class Files(http.server.BaseHTTPRequestHandler):
    """Serves the files by number, in parts if asked to, as any web server does."""

    protocol_version = "HTTP/1.1"
    paths = []

    def do_GET(self):
        number = re.fullmatch(r"/(\d+)/.*", self.path)
        if not number:
            return self.answer(200, PAGE, {"Content-Type": "text/html"})
        path = self.paths[int(number[1])]
        size = path.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        end = min(int(wanted[2]), size - 1) if wanted and wanted[2] else size - 1
        if start >= size:
            return self.answer(416, b"", {"Content-Range": f"bytes */{size}"})
        with open(path, "rb") as file:
            file.seek(start)
            body = file.read(end - start + 1)
        kind = "video/webm" if path.suffix == ".webm" else "video/mp4"
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        self.answer(206 if wanted else 200, body, headers)

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The browser has seen enough of it.

    def log_message(self, *_):
        pass


def play(paths):
    """What a browser makes of each of the files."""
    handler = type("Served", (Files,), {"paths": [Path(path) for path in paths]})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    options = ["--headless=new", "--autoplay-policy=no-user-gesture-required", "--no-sandbox", "--disable-gpu"]
    results = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=options)
        try:
            for number, path in enumerate(paths):
                page = browser.new_page()
                page.goto(base)
                results[str(path)] = page.evaluate(SCRIPT, f"{base}{number}/{Path(path).name}")
                page.close()
        finally:
            browser.close()
            server.shutdown()
    return results


if __name__ == "__main__":
    print(json.dumps(play(sys.argv[1:]), indent=2))
