"""mpv: once from beginning to end into files, once steered over its socket as a person would."""

import json
import re
import socket
import subprocess
import time

from report import Report, order

QUIET = ["--no-config", "--osc=no", "--osd-level=0", "--load-scripts=no", "--hwdec=no"]


def grey(source, target):
    """mpv writes no grey pictures of its own."""
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-pix_fmt", "gray", "-y", target], check=True)
    return str(target)


def play_through(it, report):
    shown = it.folder / "shown"
    sound = it.folder / "sound.s16"
    done = subprocess.run(
        ["mpv", *QUIET, "--vo=image", f"--vo-image-outdir={shown}", "--framedrop=no", "--untimed", "--ao=pcm",
         "--ao-pcm-waveheader=no", f"--ao-pcm-file={sound}", "--audio-format=s16", "--audio-channels=mono",
         "--audio-samplerate=48000", it.file], capture_output=True, text=True, timeout=it.patience)
    output = done.stdout + done.stderr
    pictures = sorted(shown.glob("*.jpg"))
    report.pictures = len(pictures)
    report.ended = "Exiting... (End of file)" in output
    report.opens = bool(pictures) or sound.exists()
    report.errors = [line.strip() for line in output.splitlines()
                     if re.search(r"error|invalid|fail|corrupt|warning", line, re.I)]
    if pictures:
        report.last = grey(pictures[-1], it.folder / "last.pgm")
    report.sound = str(sound) if sound.exists() else None


class Steered:
    """A paused mpv that takes commands."""

    def __init__(self, it):
        self.shown = it.folder / "steered"
        address = str(it.folder / "socket")
        self.process = subprocess.Popen(
            ["mpv", *QUIET, "--pause", "--keep-open=always", "--vo=image", f"--vo-image-outdir={self.shown}",
             "--ao=null", f"--input-ipc-server={address}", it.file], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(15)
        for _ in range(200):
            try:
                self.socket.connect(address)
                break
            except OSError:
                time.sleep(0.05)
        self.lines = self.socket.makefile("rw", encoding="utf-8", errors="replace")

    def say(self, *command):
        self.lines.write(json.dumps({"command": command}) + "\n")
        self.lines.flush()

    def wait(self, fits):
        for line in self.lines:
            message = json.loads(line)
            if fits(message):
                return message
        return {}

    def ask(self, name):
        self.say("get_property", name)
        return self.wait(lambda message: "error" in message).get("data")

    def seek(self, place):
        self.say("seek", place, "absolute")
        self.wait(lambda message: message.get("event") == "playback-restart")
        time.sleep(0.2)
        pictures = sorted(self.shown.glob("*.jpg"))
        return pictures[-1] if pictures else None

    def quit(self):
        self.say("quit")
        self.process.wait(10)


def main():
    it = order()
    version = subprocess.run(["mpv", "--version"], capture_output=True, text=True).stdout.split()[1]
    report = Report(version=version)
    play_through(it, report)
    steered = Steered(it)
    try:
        time.sleep(0.5)
        report.duration = steered.ask("duration")
        for place in it.places:
            picture = steered.seek(place)
            if picture and it.size[0]:
                report.sought[str(place)] = grey(picture, it.folder / f"at-{place}.pgm")
        steered.quit()
    except (OSError, subprocess.TimeoutExpired) as error:
        report.errors.append(f"it does not answer: {error}")
        steered.process.kill()
    report.print()


if __name__ == "__main__":
    main()
