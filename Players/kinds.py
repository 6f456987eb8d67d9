"""Every kind of file that Lathe writes, each with the recipe for one."""

from dataclasses import dataclass, field

NAMES = {"h264": "H.264", "h265": "H.265", "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "aac": "AAC", "opus": "Opus",
         "mp3": "MP3"}
PROBED = {"h265": "hevc"}
"""What ffprobe calls a codec, where that is another word."""
MP3 = {"media": "audio", "mp3": "only"}
RESIZED = "resize=320x240@3,resize=640x480@7"


@dataclass
class Kind:
    name: str
    video: str | None
    audio: str | None
    container: str
    publish: list = field(default_factory=list)
    """Options of `lathe publish` beyond codec and length."""
    serve: list = field(default_factory=list)
    """Options of `lathe serve` beyond how sound is kept."""
    order: dict = field(default_factory=dict)
    """What `POST /v1/recordings` is told, where that is more than to record each user."""
    cut: bool = False
    """The server is killed in the middle."""
    turn: int = 0
    """How many degrees clockwise the picture must be turned to stand upright."""
    resized: bool = False
    """The coded size changes in the middle."""
    late: bool = False
    """The picture begins seconds after the sound."""
    reordered: bool = False
    """Some pictures are coded in another order than they are shown in."""


def plain():
    """The usual files: each codec with each kind of sound, in each container that takes both."""
    for video in ("h264", "h265", "vp9", "av1"):
        for audio in ("aac", "opus"):
            yield Kind(f"{video}-{audio}-mp4", video, audio, "mp4")
    for video in ("vp8", "vp9", "av1"):
        container = [] if video == "vp8" else ["--container", "webm"]
        yield Kind(f"{video}-opus-webm", video, "opus", "webm", serve=container)
    for audio in ("aac", "opus"):
        yield Kind(f"{audio}-m4a", None, audio, "m4a")
    yield Kind("mp3", None, "mp3", "mp3", order=MP3)
    for video in ("h264", "h265"):
        yield Kind(f"{video}-aac-ts", video, "aac", "ts", serve=["--container", "ts"])


def legacy():
    """A user's sound and picture in files of their own."""
    serve = ["--splitting", "legacy"]
    yield Kind("legacy-h264", "h264", None, "mp4", serve=serve)
    yield Kind("legacy-vp8", "vp8", None, "webm", serve=serve)
    yield Kind("legacy-aac", None, "aac", "aac", serve=serve)


def odd():
    """What calls do to files."""
    yield Kind("h264-reordered", "h264", "aac", "mp4", ["--b-frames", "2"], reordered=True)
    yield Kind("h265-reordered", "h265", "aac", "mp4", ["--b-frames", "2"], reordered=True)
    yield Kind("h264-rotated", "h264", "aac", "mp4", ["--script", "rotate=90@0"], turn=90)
    yield Kind("h264-resized", "h264", "aac", "mp4", ["--script", RESIZED], resized=True)
    yield Kind("h265-resized", "h265", "aac", "mp4", ["--script", RESIZED], resized=True)
    yield Kind("av1-resized", "av1", "aac", "mp4", ["--script", RESIZED], resized=True)
    yield Kind("vp9-resized", "vp9", "aac", "mp4", ["--script", RESIZED], resized=True)
    yield Kind("vp8-resized", "vp8", "opus", "webm", ["--script", RESIZED], resized=True)
    yield Kind("h264-late", "h264", "aac", "mp4", ["--script", "mute-video=0-3"], late=True)
    yield Kind("vp8-late", "vp8", "opus", "webm", ["--script", "mute-video=0-3"], late=True)


def cut():
    """What a killed process leaves."""
    yield Kind("h264-cut", "h264", "aac", "mp4", cut=True)
    yield Kind("h264-opus-cut", "h264", "opus", "mp4", cut=True)
    yield Kind("h264-reordered-cut", "h264", "aac", "mp4", ["--b-frames", "2"], cut=True, reordered=True)
    yield Kind("h264-resized-cut", "h264", "aac", "mp4", ["--script", RESIZED], cut=True, resized=True)
    yield Kind("h265-cut", "h265", "aac", "mp4", cut=True)
    yield Kind("vp9-cut", "vp9", "aac", "mp4", cut=True)
    yield Kind("av1-cut", "av1", "aac", "mp4", cut=True)
    yield Kind("vp8-cut", "vp8", "opus", "webm", cut=True)
    yield Kind("h264-ts-cut", "h264", "aac", "ts", serve=["--container", "ts"], cut=True)
    yield Kind("aac-cut", None, "aac", "m4a", cut=True)
    yield Kind("mp3-cut", None, "mp3", "mp3", order=MP3, cut=True)


GROUPS = [("Ordinary files", list(plain())), ("With `--splitting legacy`", list(legacy())),
          ("What calls do to files", list(odd())),
          ("What a killed process leaves", list(cut()))]
KINDS = [kind for _, kinds in GROUPS for kind in kinds]
