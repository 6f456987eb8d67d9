"""The program under its older name, as scripts that know nothing of Lathe run it."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from harness import LATHE, expect, ffmpeg_errors, free_ports, lathe, probe, server, start


class OldRecorder:
    """A `recorder_local`, which is a link to lathe, in a directory of its own."""

    def __init__(self, folder, *flags, environment=None):
        link = folder / "recorder_local"
        if not link.exists():
            link.symlink_to(Path(LATHE).resolve())
        self.folder = folder
        self.process = subprocess.Popen([link, *map(str, flags)], cwd=folder, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.lines = []
        self.seen = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.seen:
                self.lines.append(line.rstrip("\n"))
                self.seen.notify_all()

    def wait_for(self, pattern, seconds=20):
        """The first group of the first line that matches."""
        def found():
            return next((hit for hit in (re.match(pattern, line) for line in self.lines) if hit), None)
        with self.seen:
            self.seen.wait_for(found, seconds)
            expect(found(), f"no line like {pattern} among {self.lines}; {self.state()}")
            return found().group(1)

    def state(self):
        """Whether it still runs, else how it ended and what it said of that."""
        status = self.process.poll()
        return "it runs" if status is None else f"it ended with {status}: {self.process.stderr.read()[-1500:]}"

    def url(self):
        return self.wait_for(r"clients publish to (http://[^/]*)/whip/")

    def directory(self):
        return Path(self.wait_for(r"Recording directory is (.+)"))

    def end(self, number=None):
        """Waits for the end, asks for it if a signal is named, and returns the status and what stands on standard error."""
        if number is not None:
            self.process.send_signal(number)
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
        self.reader.join()
        return self.process.returncode, self.process.stderr.read()


@contextmanager
def old_recorder(*flags, environment=None):
    with tempfile.TemporaryDirectory(prefix="lathe-legacy-") as root:
        one = OldRecorder(Path(root), *flags, environment=environment)
        try:
            yield one
        finally:
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait()
            one.reader.join()


def recorder_local_tells_of_the_network():
    """The lines that the old program prints when nothing is heard for a while."""
    low, high = free_ports(8)
    with old_recorder("--appId", "0123456789abcdef", "--channel", "room", "--idle=30",
                      "-lowUdpPort", low, "-highUdpPort", high) as one:
        one.directory()
        user = start("publish", "--server", one.url(), "--channel", "room", "--uid", "5", "--pattern", "--seconds", "60")
        try:
            one.wait_for("(pre receiving video status is 0 now receiving video status is 1)")
            user.send_signal(signal.SIGSTOP)
            one.wait_for("(pre receiving video status is 1 now receiving video status is 0)")
            one.wait_for("(connection is interrupted)")
            one.wait_for("(connection is lost)")
            user.send_signal(signal.SIGCONT)
            one.wait_for("(rejoin channel id : room, width uid: 0)")
        finally:
            user.send_signal(signal.SIGCONT)
            user.terminate()
            user.communicate(timeout=20)
        status, errors = one.end(signal.SIGINT)
        expect(status == 0, f"status {status}: {errors}")


def recorder_local_records_by_itself():
    """The flags of a guide's script: files of the old kinds, the old lines, and the old status when everybody has left."""
    low, high = free_ports(8)
    with old_recorder("--appId", "0123456789abcdef", "--channel", "room", "--uid", "0", "--appliteDir", "bin",
                      "--channelProfile", "1", "--idle=4", "-lowUdpPort", low, "-highUdpPort", high) as one:
        directory = one.directory()
        lathe("publish", "--server", one.url(), "--channel", "room", "--uid", "5", "--pattern", "--seconds", "4")
        status, errors = one.end()
        expect(status == 0, f"status {status}: {errors}")
        expect(errors.rstrip().endswith("Stopped"), errors)
        for line in ("join channel Id: room, with uid: 0", f"User 5 joined, RecordingDir:{directory}",
                     "User 5 offline, reason: 0", "leave channel with code:4"):
            expect(line in one.lines, f"'{line}' is not among {one.lines}")
        # No root was named, so that is where the program was started.
        expect(directory.parent.parent.samefile(one.folder), f"{directory} is not in {one.folder}")
        kinds = {"aac": "audio", "mp4": "video"}
        for kind, stream in kinds.items():
            files = list(directory.glob(f"5_*.{kind}"))
            expect(len(files) == 1, f"{kind}: {files}")
            expect(not ffmpeg_errors(files[0]), ffmpeg_errors(files[0]))
            found = probe(files[0])
            expect(found[stream] and abs(found["duration"] - 4) < 1, f"{files[0].name}: {found}")
        for name in ("recording2-done.txt", "metadata.txt", "recording_sys.log"):
            expect((directory / name).exists(), f"{name} is missing")
        expect("means nothing here" in errors and "--appliteDir" in errors, errors)


def recorder_local_runs_many_to_a_machine():
    """Processes that name the same range of ports and the same root find their own, and a signal finds them by name."""
    low, high = free_ports(12)
    with tempfile.TemporaryDirectory(prefix="lathe-legacy-") as root:
        flags = ["--appId", "A", "--lowUdpPort", low, "--highUdpPort", high, "--recordFileRootDir", root, "--channel"]
        with old_recorder(*flags, "one") as one, old_recorder(*flags, "two") as two, \
                old_recorder(*flags, "three") as three:
            all_three = {"one": one, "two": two, "three": three}
            expect(len({each.url() for each in all_three.values()}) == 3, "two have the same address")
            publishers = [start("publish", "--server", each.url(), "--channel", channel, "--uid", "5", "--pattern",
                                "--seconds", "3") for channel, each in all_three.items()]
            for publisher in publishers:
                publisher.communicate(timeout=60)
                expect(publisher.returncode == 0, f"a publisher ended with {publisher.returncode}")
            for each, number, code in ((one, signal.SIGINT, 2), (two, signal.SIGQUIT, 2), (three, signal.SIGTERM, 10)):
                name = Path(f"/proc/{each.process.pid}/comm").read_text().strip()
                expect(name == "recorder_local", f"its name is {name}")
                status, errors = each.end(number)
                expect(status == 0 and errors.rstrip().endswith("Stopped"), f"{number}: {status} {errors}")
                expect(f"leave channel with code:{code}" in each.lines, f"{each.lines}")
                files = {path.suffix for path in each.directory().glob("5_*")}
                expect(files == {".aac", ".mp4"}, f"{files}")


def recorder_local_records_a_servers_channel():
    """A variable in its environment is all that a script needs to record what clients send to a server."""
    with server() as host:
        with old_recorder("--appId", "A", "--channel", "room", "--recordFileRootDir", "/elsewhere", "--lowUdpPort", "40000",
                          "--highUdpPort", "41000", environment={"LATHE_SERVER": host.url}) as one:
            directory = one.directory()
            expect(directory.is_relative_to(host.root), f"{directory} is not in {host.root}")
            lathe("publish", "--server", host.url, "--channel", "room", "--uid", "5", "--pattern", "--seconds", "2")
            status, errors = one.end(signal.SIGTERM)
            expect(status == 0 and errors.rstrip().endswith("Stopped"), f"{status}: {errors}")
            expect("--record-root means nothing with --server" in errors, errors)
            expect(len(list(directory.glob("5_*.aac"))) == 1, f"{sorted(directory.iterdir())}")
        with old_recorder("--appId", "A", "--channel", "room", environment={"LATHE_SERVER": "http://127.0.0.1:9"}) as one:
            status, errors = one.end()
            expect(status == 255 and "Failed to create agora channel: room" in errors, f"{status}: {errors}")


def stamp(name):
    """When a file was begun, by its name."""
    digits = Path(name).stem.rsplit("_", 1)[1]
    return datetime.strptime(digits + "000", "%Y%m%d%H%M%S%f")


def recorder_local_starts_and_pauses_by_signals():
    """In manual mode nothing is recorded before SIGUSR1, nor after SIGUSR2."""
    with old_recorder("--appId", "A", "--channel", "room", "--triggerMode", "1", "--recordFileRootDir", "out") as one:
        directory = one.directory()
        publisher = start("publish", "--server", one.url(), "--channel", "room", "--uid", "5", "--pattern",
                          "--seconds", "9")
        one.wait_for(r"User (5) joined")
        time.sleep(2)
        expect(not list(directory.glob("5_*")), f"{sorted(directory.iterdir())} before the start")
        for number, seconds in ((signal.SIGUSR1, 2), (signal.SIGUSR2, 1.5), (signal.SIGUSR1, 1)):
            one.process.send_signal(number)
            time.sleep(seconds)
        status, errors = one.end(signal.SIGTERM)
        publisher.terminate()
        publisher.communicate(timeout=20)
        expect(status == 0, f"status {status}: {errors}")
        story = json.loads((directory / "recording.json").read_text())
        sounds = [take for take in story["takes"] if take["file"].endswith(".aac")]
        expect(len(sounds) == 2, f"{[take['file'] for take in story['takes']]}")
        lengths = [take["durationMilliseconds"] for take in sounds]
        # What was asked for took at least so long; a busy machine makes it longer, never the pause between them.
        expect(lengths[0] >= 1500 and lengths[1] >= 500, f"{lengths}")
        moments = [stamp(take["file"]) for take in sounds]
        gap = (moments[1] - moments[0]).total_seconds() * 1000 - lengths[0]
        expect(gap >= 1000, f"{gap} ms between the files")
        for take in story["takes"]:
            expect(not ffmpeg_errors(directory / take["file"]), take["file"])
        return f"{lengths[0]} and {lengths[1]} ms, {gap:.0f} ms apart"


def recorder_local_refuses_as_ever():
    """What is wrong is answered by the usage and -1; what cannot be done by a sentence and -1."""
    with tempfile.TemporaryDirectory(prefix="lathe-legacy-") as root:
        link = Path(root) / "my_recorder_local"
        shutil.copy(LATHE, link)
        for flags, sentence in [
            ([], "--channel is missing"), (["--channel", "C"], "--appId is missing"),
            (["--appId", "A", "--channel", "C", "--bogus", "1"], "unknown option --bogus"),
            (["--appId", "A", "--channel", "C", "stray"], "'stray' belongs to no option"),
            (["--appId", "A", "--channel", "C", "--idle", "soon"], "--idle wants a whole number, not 'soon'"),
        ]:
            run = subprocess.run([link, *flags], cwd=root, capture_output=True, text=True, timeout=60)
            expect(run.returncode == 255, f"{flags}: status {run.returncode}")
            expect(run.stdout.startswith("usage: recorder_local --appId <string>"), run.stdout[:200])
            expect(sentence in run.stderr and len(run.stderr.splitlines()) == 1, run.stderr)
        for flags, sentence in [
            (["--isMixingEnabled", "1"], "Lathe makes no composite"),
            (["--decryptionMode", "aes-128-xts", "--secret", "hush"], "Lathe opens no media"),
            (["--isAudioOnly", "1", "--isVideoOnly", "1"], "exclude each other"),
        ]:
            run = subprocess.run([link, "--appId", "A", "--channel", "C", *flags], cwd=root, capture_output=True,
                                 text=True, timeout=60)
            expect(run.returncode == 255 and not run.stdout, f"{flags}: {run.returncode} {run.stdout}")
            expect(sentence in run.stderr and len(run.stderr.splitlines()) == 1, run.stderr)
            expect("hush" not in run.stderr, run.stderr)
        # A bad channel name is found out by the recorder, and answered as a channel that could not be joined.
        run = subprocess.run([link, "--appId", "A", "--channel", "a/b"], cwd=root, capture_output=True, text=True,
                             timeout=60)
        expect(run.returncode == 255 and "Recording directory is " in run.stdout, f"{run.returncode} {run.stdout}")
        expect("Failed to create agora channel: a/b" in run.stderr, run.stderr)


def recorder_local_reads_its_file():
    """A channel, a directory and users from the two kinds of JSON; keys that nobody knows are named."""
    with tempfile.TemporaryDirectory(prefix="lathe-legacy-") as root:
        file = Path(root) / "cfg.json"
        file.write_text(json.dumps({"channelName": "filed", "Recording_Dir": f"{root}/files", "BitrateKbps": 5,
                                    "recorderStreamType": "audio_only", "recoverFile": False}))
        with old_recorder("--cfgFilePath", file, "--idle", "3") as one:
            directory = one.directory()
            lathe("publish", "--server", one.url(), "--channel", "filed", "--uid", "5", "--pattern", "--seconds", "2")
            status, errors = one.end()
            expect(status == 0, f"status {status}: {errors}")
            expect(str(directory) == f"{root}/files", f"{directory}")
            expect("'BitrateKbps' is no key that anybody knows" in errors, errors)
            expect(len(list(directory.glob("5_*.aac"))) == 1, f"{sorted(directory.iterdir())}")
            expect(not list(directory.glob("5_*.mp4")), f"{sorted(directory.iterdir())}")


def recorder_local_makes_mp3_of_sound_alone():
    """As the file that the product ships asks for it: at 16 kHz beside AAC, and not where pictures are recorded."""
    with tempfile.TemporaryDirectory(prefix="lathe-legacy-") as root:
        file = Path(root) / "cfg.json"
        file.write_text(json.dumps({"Secondary_Recorder": "mp3", "Audio_Sample_Rate": 16000}))
        for flags, endings in ((["--isAudioOnly", "1"], [".aac", ".mp3"]), ([], [".aac", ".mp4"])):
            with old_recorder("--appId", "A", "--channel", "made", "--cfgFilePath", file, "--idle", "3", *flags) as one:
                directory = one.directory()
                lathe("publish", "--server", one.url(), "--channel", "made", "--uid", "5", "--pattern", "--seconds", "2")
                status, errors = one.end()
                expect(status == 0, f"status {status}: {errors}")
                found = sorted(path.suffix for path in directory.glob("5_*"))
                expect(found == endings, f"{found}")
                expect(("'Secondary_Recorder' means nothing here" in errors) == (not flags), errors)


TESTS = [
    recorder_local_makes_mp3_of_sound_alone,
    recorder_local_starts_and_pauses_by_signals,
    recorder_local_records_by_itself,
    recorder_local_tells_of_the_network,
    recorder_local_reads_its_file,
    recorder_local_records_a_servers_channel,
    recorder_local_runs_many_to_a_machine,
    recorder_local_refuses_as_ever,
]
