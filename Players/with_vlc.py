"""VLC's engine, libvlc: what `vlc` and `cvlc` are a face of. It plays in real time, into memory."""

import ctypes
import threading
import time
from ctypes import CFUNCTYPE, POINTER, c_char, c_char_p, c_int, c_int64, c_uint, c_void_p
from dataclasses import dataclass

import numpy

import mark
from report import Report, order, write_pgm

# Late pictures are kept: this is about files, not about how fast the machine is.
OPTIONS = ["--quiet", "--no-osd", "--no-spu", "--no-video-title-show", "--no-lua", "--no-stats",
           "--no-drop-late-frames", "--no-skip-frames"]
ENDED, ERROR = 6, 7  # libvlc_state_t
FOLLOWING = 5
"""How far apart the numbers of pictures that follow each other are at most, if some are dropped."""

Setup = CFUNCTYPE(c_uint, POINTER(c_void_p), POINTER(c_char), POINTER(c_uint), POINTER(c_uint), POINTER(c_uint),
                  POINTER(c_uint))
Cleanup = CFUNCTYPE(None, c_void_p)
Lock = CFUNCTYPE(c_void_p, c_void_p, POINTER(c_void_p))
Unlock = CFUNCTYPE(None, c_void_p, c_void_p, POINTER(c_void_p))
Display = CFUNCTYPE(None, c_void_p, c_void_p)
Play = CFUNCTYPE(None, c_void_p, c_void_p, c_uint, c_int64)
Log = CFUNCTYPE(None, c_void_p, c_int, c_void_p, c_char_p, c_void_p)


@dataclass
class Shown:
    """One picture as the screen gets it."""

    width: int
    height: int
    rows: bytes

    def number(self):
        picture = numpy.frombuffer(self.rows, numpy.uint8).reshape(self.height, self.width)
        return mark.turned_number(picture)[0]

    def keep(self, path):
        return write_pgm(path, self.width, self.height, self.rows)


def load():
    vlc = ctypes.CDLL("libvlc.so.5")
    for name in ("libvlc_new", "libvlc_media_new_path", "libvlc_media_player_new_from_media"):
        getattr(vlc, name).restype = c_void_p
    vlc.libvlc_get_version.restype = c_char_p
    vlc.libvlc_media_player_get_length.restype = c_int64
    return vlc


class Player:
    """Plays one file."""

    def __init__(self, vlc, engine, file):
        self.vlc = vlc
        self.size, self.memory = (0, 0), None
        self.pictures, self.last, self.trail = 0, None, None
        self.sound = bytearray()
        self.has_shown = threading.Event()
        media = c_void_p(vlc.libvlc_media_new_path(engine, str(file).encode()))
        self.player = c_void_p(vlc.libvlc_media_player_new_from_media(media))
        vlc.libvlc_media_release(media)
        # ctypes forgets callbacks that nobody holds.
        self.held = (Setup(self.set_up), Cleanup(lambda _: None), Lock(self.lock), Unlock(lambda *_: None),
                     Display(self.display), Play(self.play_sound))
        setup, cleanup, lock, unlock, display, play = self.held
        vlc.libvlc_video_set_callbacks(self.player, lock, unlock, display, None)
        vlc.libvlc_video_set_format_callbacks(self.player, setup, cleanup)
        vlc.libvlc_audio_set_callbacks(self.player, play, None, None, None, None, None)
        vlc.libvlc_audio_set_format(self.player, b"S16N", 48_000, 1)

    def set_up(self, _, chroma, width, height, pitches, lines):
        """Asks for planes whose first is the grey picture, and gives them room."""
        for index, letter in enumerate(b"I420"):
            chroma[index] = letter
        # VLC tells the size of its decoder's buffer too; the visible one comes first.
        columns, rows = width[0], height[0]
        self.size = (columns, rows)
        stride = (columns + 63) // 64 * 64
        for plane in range(3):
            pitches[plane] = stride if plane == 0 else stride // 2
            lines[plane] = rows if plane == 0 else (rows + 1) // 2
        self.stride = stride
        self.memory = ctypes.create_string_buffer(stride * (rows + 2) * 2)
        return 1

    def lock(self, _, planes):
        begin = ctypes.addressof(self.memory)
        rows = self.size[1]
        planes[0] = begin
        planes[1] = begin + self.stride * rows
        planes[2] = begin + self.stride * rows + self.stride // 2 * ((rows + 1) // 2)
        return None

    def display(self, *_):
        width, height = self.size
        data = self.memory.raw
        rows = b"".join(data[row * self.stride:row * self.stride + width] for row in range(height))
        self.last = Shown(width, height, rows)
        self.pictures += 1
        if self.trail is not None:
            self.trail.append(self.last)
        self.has_shown.set()

    def jump(self, place):
        """Moves the slider while it plays; the picture that it goes on from.

        Pictures that were on their way to the screen still come first; what does not follow them is the other side.
        """
        self.trail, seen, before = [self.last], 0, None
        self.vlc.libvlc_media_player_set_time(self.player, c_int64(int(place * 1000)))
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            for shown in self.trail[seen:]:
                seen += 1
                number = shown.number()
                if None not in (before, number) and not 0 <= number - before <= FOLLOWING:
                    return shown
                before = before if number is None else number
            time.sleep(0.05)
        return self.last

    def play_sound(self, _, samples, count, __):
        self.sound += ctypes.string_at(samples, count * 2)

    def start(self):
        self.vlc.libvlc_media_player_play(self.player)

    def wait_for_end(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.vlc.libvlc_media_player_get_state(self.player)
            if state in (ENDED, ERROR):
                return state == ENDED
            time.sleep(0.02)
        return False

    def length(self):
        found = self.vlc.libvlc_media_player_get_length(self.player)
        return found / 1000 if found > 0 else None

    def stop(self):
        self.vlc.libvlc_media_player_stop(self.player)
        self.vlc.libvlc_media_player_release(self.player)


class Complaints:
    """Keeps what VLC logs as errors, once each."""

    def __init__(self, vlc, engine):
        libc = ctypes.CDLL(None)
        self.lines = []

        def log(_, level, __, form, arguments):
            if level < 4:
                return
            text = ctypes.create_string_buffer(500)
            libc.vsnprintf(text, ctypes.c_size_t(500), c_char_p(form), c_void_p(arguments))
            line = text.value.decode(errors="replace").strip()
            if line not in self.lines:
                self.lines.append(line)

        self.held = Log(log)
        vlc.libvlc_log_set(engine, self.held, None)


def play_through(vlc, engine, it, report):
    player = Player(vlc, engine, it.file)
    player.start()
    time.sleep(1)
    report.duration = player.length()
    report.ended = player.wait_for_end(it.patience)
    report.pictures = player.pictures
    report.opens = player.pictures > 0 or len(player.sound) > 0
    if player.last:
        report.last = player.last.keep(it.folder / "last.pgm")
    if player.sound:
        path = it.folder / "sound.s16"
        path.write_bytes(player.sound)
        report.sound = str(path)
    player.stop()


def seek_about(vlc, engine, it, report):
    player = Player(vlc, engine, it.file)
    player.start()
    if player.has_shown.wait(10):
        time.sleep(0.3)
        for place in it.places:
            report.sought[str(place)] = player.jump(place).keep(it.folder / f"at-{place}.pgm")
            # It works ahead: what it does so soon would be taken for the next jump.
            time.sleep(0.7)
    player.stop()


def main():
    it = order()
    vlc = load()
    options = (c_char_p * len(OPTIONS))(*(one.encode() for one in OPTIONS))
    engine = c_void_p(vlc.libvlc_new(len(OPTIONS), options))
    complaints = Complaints(vlc, engine)
    report = Report(version=vlc.libvlc_get_version().decode().split()[0])
    play_through(vlc, engine, it, report)
    if it.size[0]:
        seek_about(vlc, engine, it, report)
    # A machine without graphics and sound cards makes it complain of every file.
    report.errors = [] if report.ended else complaints.lines
    report.print()


if __name__ == "__main__":
    main()
