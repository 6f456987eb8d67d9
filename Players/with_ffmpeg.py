"""ffmpeg and ffprobe, the programs."""

import json
import subprocess

from report import Report, order


def run(*command):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=300)
    return done.stdout, [line for line in done.stderr.splitlines() if line.strip()]


def probe(file):
    output, errors = run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type:format=duration", "-of", "json",
                         file)
    found = json.loads(output or "{}")
    kinds = {one.get("codec_type") for one in found.get("streams", [])}
    duration = found.get("format", {}).get("duration")
    return kinds, float(duration) if duration else None, errors


def still(order, name, *before):
    """The picture that comes out at a place."""
    path = order.folder / f"{name}.pgm"
    run("ffmpeg", "-v", "error", *before, "-i", order.file, "-frames:v", "1", "-pix_fmt", "gray", "-update", "1", "-y",
        path)
    return str(path) if path.exists() else None


def main():
    it = order()
    report = Report(version=run("ffmpeg", "-version")[0].splitlines()[0].split()[2])
    kinds, report.duration, report.errors = probe(it.file)
    report.opens = bool(kinds)
    # The file's own time base: by default FFmpeg 5 rounds times to the average frame rate before its null muxer.
    _, errors = run("ffmpeg", "-v", "error", "-i", it.file, "-enc_time_base", "-1", "-f", "null", "-")
    report.errors += errors
    report.ended = report.opens
    if "video" in kinds:
        last = it.folder / "last.pgm"
        output, _ = run("ffmpeg", "-v", "quiet", "-progress", "-", "-i", it.file, "-map", "0:v:0", "-vsync",
                        "passthrough", "-pix_fmt", "gray", "-update", "1", "-y", last)
        counts = [line[6:] for line in output.splitlines() if line.startswith("frame=")]
        report.pictures = int(counts[-1]) if counts else 0
        report.last = str(last) if last.exists() else None
        for place in it.places:
            report.sought[str(place)] = still(it, f"at-{place}", "-ss", place)
    if "audio" in kinds:
        sound = it.folder / "sound.s16"
        run("ffmpeg", "-v", "quiet", "-i", it.file, "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "-y",
            sound)
        report.sound = str(sound) if sound.exists() else None
    report.print()


if __name__ == "__main__":
    main()
