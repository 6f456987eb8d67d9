"""What players are known not to do with good files, and what to choose instead.

A failure that is not here is news: the script names it and ends with status 1.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Limit:
    players: tuple
    checks: tuple
    """Which checks fail."""
    kinds: Callable
    """Whether it is about a kind."""
    why: str
    instead: str

    def explains(self, player, kind, failure):
        return player in self.players and failure.check in self.checks and self.kinds(kind)


REMUX = "`ffmpeg -i cut.mp4 -c copy whole.mp4` makes an ordinary file of it, without loss."

FOR_TS = "`ffmpeg -i take.ts -c copy take.mp4` makes a file of it that has an index."

LIMITS = [
    Limit(("ffmpeg", "gstreamer", "vlc", "mpv"), ("seeks",), lambda kind: kind.container == "ts",
          "a transport stream has no index, and players go to a place near by; so they do in those that FFmpeg makes.",
          FOR_TS),
    Limit(("vlc",), ("duration",), lambda kind: kind.container == "ts",
          "counts from where the stream's clock begins, 0.7 s before the first picture.", FOR_TS),
    Limit(("chromium", "firefox"), ("opens", "plays", "seeks", "duration", "sound", "complains"),
          lambda kind: kind.container == "ts", "plays no transport streams from a file.", FOR_TS),
    Limit(("ffmpeg", "gstreamer", "vlc", "mpv", "chromium", "firefox"), ("duration",),
          lambda kind: kind.container == "aac",
          "an `.aac` file does not say how long it is, and players guess it from its first packets, or do not try.",
          "`--splitting continuous` makes `.m4a` files; `ffmpeg -i take.aac -c copy take.m4a` makes one of it."),
    Limit(("chromium",), ("plays", "seeks", "opens"), lambda kind: kind.video == "h265",
          "has no decoder for H.265 of its own, only that of some graphics cards; the sound plays.",
          "Take Firefox, or have callers send another codec."),
    Limit(("mpv",), ("sound",), lambda kind: kind.late,
          "leaves out the sound before the first picture.", "`mpv --initial-audio-sync=no` plays it."),
    Limit(("vlc",), ("seeks",), lambda kind: kind.late,
          "does not find the keyframe before the place if the picture begins later than the sound: it shows the next "
          "one. Files that FFmpeg makes of the same call do the same.", "Take another player to look for a place."),
    Limit(("vlc",), ("seeks",), lambda kind: kind.cut and kind.container == "mp4",
          "shows the next keyframe, not the picture of the place.", REMUX),
    Limit(("vlc",), ("plays", "seeks"), lambda kind: kind.resized,
          "leaves out up to a second of pictures around a change of size; the sound and the rest are whole.",
          "Take another player where that matters."),
    Limit(("vlc",), ("plays",), lambda kind: kind.cut and kind.reordered,
          "leaves out the last few pictures.", REMUX),
    Limit(("gstreamer",), ("plays",), lambda kind: kind.cut and kind.video == "av1",
          "after a fragment of a single picture, leaves out pictures up to the next keyframe.", REMUX),
    Limit(("gstreamer", "firefox"), ("seeks",), lambda kind: kind.cut and kind.container == "webm",
          "shows the next keyframe, not the picture of the place.", REMUX.replace("mp4", "webm")),
]


def limit_of(player, kind, failure):
    return next((one for one in LIMITS if one.explains(player, kind, failure)), None)
