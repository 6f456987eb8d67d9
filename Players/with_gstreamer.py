"""GStreamer's `playbin`, as applications use it. Runs under Debian's own Python, which has the bindings."""

import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402,F401 - only after the versions are fixed; GstApp gives appsink

from report import Report, order, write_pgm  # noqa: E402

# GStreamer turns a picture only if the application asks for it, as here, or if its video sink does.
VIDEO = ("videoflip video-direction=auto ! videoconvert ! video/x-raw,format=GRAY8 ! "
         "appsink name=end sync=false max-buffers=4")
AUDIO = ("audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
         "appsink name=end sync=false max-buffers=64")


class Player:
    def __init__(self, it):
        self.it = it
        self.errors = []
        self.pipeline = Gst.ElementFactory.make("playbin", None)
        self.video = Gst.parse_bin_from_description(VIDEO, True)
        self.audio = Gst.parse_bin_from_description(AUDIO, True)
        self.pipeline.set_property("uri", it.file.as_uri())
        self.pipeline.set_property("video-sink", self.video)
        self.pipeline.set_property("audio-sink", self.audio)
        self.pictures = self.video.get_by_name("end")
        self.sounds = self.audio.get_by_name("end")

    def state(self, state):
        """Goes there, and waits for having arrived."""
        self.pipeline.set_state(state)
        return self.settled()

    def settled(self):
        bus = self.pipeline.get_bus()
        kinds = Gst.MessageType.ASYNC_DONE | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        while True:
            message = bus.timed_pop_filtered(15 * Gst.SECOND, kinds)
            if message is None:
                self.errors.append("it did not settle within 15 s")
                return False
            if message.type == Gst.MessageType.ASYNC_DONE:
                return True
            self.note(message)
            if message.type == Gst.MessageType.ERROR:
                return False

    def note(self, message):
        error, _ = message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning()
        self.errors.append(error.message)

    def seek(self, place):
        flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
        if not self.pipeline.seek_simple(Gst.Format.TIME, flags, int(place * Gst.SECOND)):
            self.errors.append(f"it refuses to seek to {place} s")
            return None
        if not self.settled():
            return None
        return self.pictures.emit("try-pull-preroll", Gst.SECOND)

    def stop(self):
        self.pipeline.set_state(Gst.State.NULL)


def keep(sample, path):
    """Writes a grey sample without the padding of its rows."""
    shape = sample.get_caps().get_structure(0)
    width, height = shape.get_value("width"), shape.get_value("height")
    buffer = sample.get_buffer()
    data = buffer.extract_dup(0, buffer.get_size())
    stride = (width + 3) // 4 * 4
    rows = b"".join(data[row * stride:row * stride + width] for row in range(height))
    return write_pgm(path, width, height, rows)


def play_through(it, report):
    player = Player(it)
    report.opens = player.state(Gst.State.PAUSED)
    isThere, duration = player.pipeline.query_duration(Gst.Format.TIME)
    report.duration = duration / Gst.SECOND if isThere and duration > 0 else None
    player.pipeline.set_state(Gst.State.PLAYING)
    bus, last, sound = player.pipeline.get_bus(), None, bytearray()
    kinds = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
    deadline = time.monotonic() + it.patience
    while report.opens and time.monotonic() < deadline:
        picture = player.pictures.emit("try-pull-sample", 0)
        heard = player.sounds.emit("try-pull-sample", 0)
        if picture is not None:
            report.pictures, last = report.pictures + 1, picture
        if heard is not None:
            buffer = heard.get_buffer()
            sound += buffer.extract_dup(0, buffer.get_size())
        # Nothing at hand: the bus says whether anything will come.
        message = bus.timed_pop_filtered(0 if picture or heard else 2 * Gst.MSECOND, kinds)
        if message is None:
            continue
        if message.type == Gst.MessageType.EOS:
            report.ended = True
            break
        player.note(message)
        if message.type == Gst.MessageType.ERROR:
            break
    player.stop()
    report.errors += player.errors
    if last is not None:
        report.last = keep(last, it.folder / "last.pgm")
    if sound:
        path = it.folder / "sound.s16"
        path.write_bytes(sound)
        report.sound = str(path)


def seek_about(it, report):
    player = Player(it)
    if player.state(Gst.State.PAUSED):
        for place in it.places:
            sample = player.seek(place)
            if sample is not None and it.size[0]:
                report.sought[str(place)] = keep(sample, it.folder / f"at-{place}.pgm")
    player.stop()
    report.errors += player.errors


def main():
    Gst.init(None)
    it = order()
    report = Report(version=".".join(map(str, Gst.version()[:3])))
    play_through(it, report)
    seek_about(it, report)
    report.print()


if __name__ == "__main__":
    main()
