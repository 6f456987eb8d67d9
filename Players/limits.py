"""What players are known not to do with good files, and what to choose instead.

A failure that is not here is news: the script names it and ends with status 1.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Limit:
    player: str
    checks: tuple
    """Which checks fail."""
    kinds: Callable
    """Whether it is about a kind."""
    why: str
    instead: str

    def explains(self, player, kind, failure):
        return player == self.player and failure.check in self.checks and self.kinds(kind)


REMUX = "`ffmpeg -i cut.mp4 -c copy whole.mp4` makes an ordinary file of it, without loss."

LIMITS = [
    Limit("chromium", ("plays", "seeks", "opens"), lambda kind: kind.video == "h265",
          "has no decoder for H.265 of its own, only that of some graphics cards; the sound plays.",
          "Take Firefox, or have callers send another codec."),
    Limit("mpv", ("sound",), lambda kind: kind.late,
          "leaves out the sound before the first picture.", "`mpv --initial-audio-sync=no` plays it."),
    Limit("vlc", ("seeks",), lambda kind: kind.late,
          "does not find the keyframe before the place if the picture begins later than the sound: it shows the next "
          "one. Files that FFmpeg makes of the same call do the same.", "Take another player to look for a place."),
    Limit("vlc", ("seeks",), lambda kind: kind.resized and not kind.cut,
          "going back over a change of size, begins with the first picture after the change.",
          "Take another player to look for a place."),
    Limit("vlc", ("plays",), lambda kind: kind.resized and kind.cut,
          "stands still for up to a second after a change of size.", REMUX),
    Limit("vlc", ("seeks",), lambda kind: kind.cut and kind.container == "mp4",
          "shows the next keyframe, not the picture of the place.", REMUX),
    Limit("gstreamer", ("duration",), lambda kind: kind.cut,
          "takes the first seconds for the whole; it plays to the end nevertheless.", REMUX),
]


def limit_of(player, kind, failure):
    return next((one for one in LIMITS if one.explains(player, kind, failure)), None)
