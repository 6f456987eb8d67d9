"""The servers that are measured, and the load they are measured under."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import isolation

ROOT = Path(__file__).resolve().parent.parent
LATHE = ROOT / ".build/release/lathe"


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


class Contender:
    """A server with its own directory, which counts its allocations."""

    def __init__(self, home, shim):
        self.home = home
        self.records = home / "records"
        self.records.mkdir(parents=True)
        self.counter_file = home / "allocations"
        self.log = open(home / "server.log", "wb")
        self.process = isolation.start(
            self.command(), self.log, {"LD_PRELOAD": str(shim), "ALLOCATIONS_FILE": str(self.counter_file)})

    @property
    def pid(self):
        return self.process.pid

    def wait_until_up(self, url):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                return fetch(url)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not come up:\n{(self.home / 'server.log').read_text()[-2000:]}")

    def packets_in(self):
        """Datagrams received so far; zero if the server does not count them."""
        return 0

    def lost(self):
        """Packets that never came, nor came again; nothing if the server does not say."""
        return None

    def end(self):
        isolation.end(self.process)
        self.log.close()


class Lathe(Contender):
    def __init__(self, home, shim, audio):
        self.audio = audio
        self.name = f"Lathe, {'Opus kept' if audio == 'opus' else 'AAC'}"
        super().__init__(home, shim)
        self.wait_until_up("http://127.0.0.1:8080/v1/server")

    def command(self):
        return [LATHE, "serve", "--http", "127.0.0.1:8080", "--record-root", self.records,
                "--auto-record", "individual", "--audio", self.audio]

    def target(self):
        return ["--channel", "bench", "--server", "http://127.0.0.1:8080"]

    def packets_in(self):
        return fetch("http://127.0.0.1:8080/v1/server")["packetsIn"]

    def lost(self):
        channels = fetch("http://127.0.0.1:8080/v1/channels")
        channels = channels["channels"] if isinstance(channels, dict) else channels
        return sum(track["lostCount"] - track["repairedCount"]
                   for channel in channels for user in channel["users"] for track in user["tracks"])


class Janus(Contender):
    """Debian's Janus gateway with a VideoRoom that records everybody, its settings otherwise the defaults."""

    name = "Janus"
    ROOM = 1234

    def __init__(self, home, shim):
        self.conf = home / "conf"
        self.conf.mkdir(parents=True)
        super().__init__(home, shim)
        self.wait_until_up("http://127.0.0.1:8088/janus/info")

    def command(self):
        libraries = Path(next(iter(sorted(Path("/usr/lib").glob("*/janus")))))
        (self.conf / "janus.jcfg").write_text(f'''
general: {{
  configs_folder = "{self.conf}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  events_folder = "{libraries}/events"
  loggers_folder = "{libraries}/loggers"
  debug_level = 2
  session_timeout = 60
}}
media: {{ ipv6 = false  rtp_port_range = "20000-40000" }}
nat: {{ ice_lite = true  ice_enforce_list = "{isolation.INTERFACE}"  full_trickle = false }}
plugins: {{ disable = "{self._all_but(libraries / 'plugins', 'libjanus_videoroom.so')}" }}
transports: {{ disable = "{self._all_but(libraries / 'transports', 'libjanus_http.so')}" }}
''')
        (self.conf / "janus.plugin.videoroom.jcfg").write_text(f'''
general: {{ }}
room-{self.ROOM}: {{
  description = "bench"  publishers = 2000  bitrate = 0  videocodec = "h264"  audiocodec = "opus"
  record = true  rec_dir = "{self.records}"  notify_joining = false
}}
''')
        (self.conf / "janus.transport.http.jcfg").write_text('''
general: { json = "compact"  base_path = "/janus"  http = true  port = 8088  ip = "127.0.0.1"  https = false }
admin: { admin_http = false }
''')
        return ["janus", "-F", self.conf]

    @staticmethod
    def _all_but(folder, wanted):
        return ",".join(sorted(path.name for path in folder.glob("*.so") if path.name != wanted))

    def target(self):
        return ["--janus", "http://127.0.0.1:8088/janus", "--room", self.ROOM]


class Load:
    """Many native clients in one `lathe publish`."""

    def __init__(self, home, target, streams, seconds):
        self.path = home / "publish.log"
        self.log = open(self.path, "wb")
        self.process = isolation.start(
            [LATHE, "publish", "--count", streams, "--bitrate", 1000, "--seconds", seconds, *target], self.log)

    @property
    def pid(self):
        return self.process.pid

    def wait_until_connected(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if " connected to " in self.path.read_text():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the publishers did not connect:\n{self.path.read_text()[-2000:]}")

    def finish(self):
        """Stops sending and returns what was sent, as numbers by name."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(120)
        except subprocess.TimeoutExpired:
            pass
        self.end()
        text = self.path.read_text()
        found = re.search(r"in all: (\d+) packets, (\d+) bytes, (\d+) sent again, (\d+) frames refused, "
                          r"([\d.]+) s of sending", text)
        if not found:
            raise RuntimeError(f"the publishers failed:\n{text[-2000:]}")
        names = ("packets", "bytes", "repeated", "refused", "seconds")
        return dict(zip(names, map(float, found.groups())))

    def end(self):
        isolation.end(self.process, 10)
        if not self.log.closed:
            self.log.close()
