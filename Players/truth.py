"""What a file must show: each picture's number and time, read frame by frame, without seeking."""

import bisect
import json
import subprocess

import numpy

import mark

WIDTH, HEIGHT = 320, 240


def output_of(*command):
    return subprocess.run([str(one) for one in command], capture_output=True, timeout=300).stdout


class Truth:
    def __init__(self, path, folder):
        self.path = path
        streams = self.probe("-show_streams")["streams"]
        video = next((one for one in streams if one["codec_type"] == "video"), None)
        audio = next((one for one in streams if one["codec_type"] == "audio"), None)
        self.video = video and video["codec_name"]
        self.audio = audio and audio["codec_name"]
        self.is_reordered = bool(video and int(video.get("has_b_frames", 0)))
        self.turn = self.turn_of(video) if video else 0
        # Places in a transport stream are counted from its first moment, whatever clock it keeps; players do so, too.
        self.start = float(self.probe("-show_format")["format"]["start_time"]) if path.suffix == ".ts" else 0
        self.pictures, self.sizes = self.look(folder) if video else ([], [])
        self.beeps = self.listen() if audio else 0
        self.seconds = self.end()
        self.problems = self.faults()

    def probe(self, *what):
        return json.loads(output_of("ffprobe", "-v", "quiet", *what, "-of", "json", self.path) or b"{}")

    @staticmethod
    def turn_of(video):
        """Degrees clockwise; FFmpeg counts them the other way."""
        sides = video.get("side_data_list", [])
        return int(next((-one["rotation"] for one in sides if "rotation" in one), 0)) % 360

    def look(self, folder):
        """All pictures as (seconds, number), and the coded sizes in the order they appear in."""
        frames = self.probe("-select_streams", "v:0", "-show_entries",
                            "frame=best_effort_timestamp_time,width,height")["frames"]
        grey = folder / f"{self.path.stem}.grey"
        output_of("ffmpeg", "-v", "quiet", "-noautorotate", "-i", self.path, "-map", "0:v:0", "-vsync", "passthrough",
                  "-vf", f"scale={WIDTH}:{HEIGHT}", "-pix_fmt", "gray", "-f", "rawvideo", "-y", grey)
        planes = numpy.fromfile(grey, numpy.uint8)
        grey.unlink()
        planes = planes[:len(planes) // (WIDTH * HEIGHT) * WIDTH * HEIGHT].reshape(-1, HEIGHT, WIDTH)
        numbers = [mark.turned_number(plane)[0] for plane in planes]
        times = [float(one["best_effort_timestamp_time"]) - self.start for one in frames]
        sizes = []
        for one in frames:
            if not sizes or sizes[-1] != (one["width"], one["height"]):
                sizes.append((one["width"], one["height"]))
        return list(zip(times, numbers)), sizes

    def listen(self):
        sound = output_of("ffmpeg", "-v", "quiet", "-i", self.path, "-map", "0:a:0", "-ac", "1", "-ar",
                          str(mark.SOUND_RATE), "-f", "s16le", "-")
        return mark.beeps(numpy.frombuffer(sound, numpy.int16))

    def end(self):
        """Where the last packet ends."""
        packets = self.probe("-show_entries", "packet=pts_time,duration_time")["packets"]
        return max(float(one["pts_time"]) + float(one.get("duration_time", 0)) for one in packets) - self.start

    def number_at(self, place):
        """The picture that is on the screen at a place; nothing if it is damaged in the file."""
        index = bisect.bisect_right([time for time, _ in self.pictures], place + 0.001)
        return self.pictures[max(index - 1, 0)][1]

    def faults(self):
        """What is wrong with the file itself, whoever plays it."""
        found = []
        unread = sum(1 for _, number in self.pictures if number is None)
        if unread:
            found.append(f"{unread} of {len(self.pictures)} pictures are damaged")
        readable = [one for one in self.pictures if one[1] is not None]
        if readable:
            start, first = readable[0]
            late = [number for time, number in readable
                    if abs(number - first - (time - start) * mark.PICTURES_A_SECOND) > 2]
            if late:
                found.append(f"{len(late)} pictures are not at their time, the first is number {late[0]}")
        if self.audio and self.beeps < int(self.seconds) - 1:
            found.append(f"{self.beeps} beeps in {self.seconds:.1f} s")
        return found
