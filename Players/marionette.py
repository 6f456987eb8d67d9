"""Steers Firefox by its own remote protocol, Marionette, so that no driver program is needed."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PREFERENCES = {
    "marionette.port": 0,  # any free one; Firefox writes it to MarionetteActivePort in the profile
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    def __init__(self, program="firefox-esr"):
        self.profile = Path(tempfile.mkdtemp(prefix="lathe-firefox-"))
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (self.profile / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--profile", self.profile, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = self.connect()
        self.count = 0
        self.receive()
        self.version = self.call("WebDriver:NewSession", {})["capabilities"]["browserVersion"]

    def connect(self):
        port = self.profile / "MarionetteActivePort"
        for _ in range(300):
            if port.exists() and port.read_text().strip():
                return socket.create_connection(("127.0.0.1", int(port.read_text())))
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise OSError("Firefox does not open its Marionette port")

    def receive(self):
        """One message: its length in decimal, a colon, JSON."""
        size = b""
        while not size.endswith(b":"):
            size += self.take(1)
        return json.loads(self.take(int(size[:-1])))

    def take(self, count):
        parts = bytearray()
        while len(parts) < count:
            part = self.socket.recv(count - len(parts))
            if not part:
                raise OSError("Firefox is gone")
            parts += part
        return bytes(parts)

    def call(self, name, parameters):
        self.count += 1
        text = json.dumps([0, self.count, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self.receive()
        if error:
            raise OSError(f"{name}: {error.get('message')}")
        return result

    def run(self, script, arguments, seconds):
        """Runs an asynchronous function's body in the page; its last argument takes the result."""
        self.call("WebDriver:SetTimeouts", {"script": int(seconds * 1000)})
        return self.call("WebDriver:ExecuteAsyncScript", {"script": script, "args": arguments,
                                                          "sandbox": None})["value"]

    def quit(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
