"""Sound alone as MP3: beside the usual file, instead of it, and what a killed process leaves of it."""

import random
import subprocess
import sys
import time

from browser import chromium, plays
from control import begin, end, users
from crash import LONGEST_LOSS, began, play
from harness import (ROOT, Server, expect, ffmpeg_errors, free_ports, free_tcp_port, get, lathe, probe, server,
                     takes_of)

AIORTC = ROOT / "Tests/EndToEnd/aiortc_client.py"


def described(path):
    """Codec, sampling rate and channels of a file's sound, as ffprobe sees them."""
    run = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,channels",
                          "-of", "csv=p=0", path], capture_output=True, text=True, timeout=60)
    expect(run.returncode == 0 and not run.stderr, f"{path.name}: {run.stderr}")
    name, rate, channels = run.stdout.strip().split(",")
    return name, int(rate), int(channels)


def heard(path, rate):
    """How many seconds come out of FFmpeg's decoder."""
    run = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "-"],
                         capture_output=True, timeout=120)
    expect(run.returncode == 0 and not run.stderr, f"{path.name}: {run.stderr[:400]}")
    return len(run.stdout) / 2 / rate


def check(mp3, rate, seconds):
    """The bars for one file: no complaint, the codec and rate, and the length to a frame."""
    name, found, channels = described(mp3)
    expect((name, found) == ("mp3", rate) and channels in (1, 2), f"{mp3.name}: {name} {found} {channels}")
    expect(not ffmpeg_errors(mp3), ffmpeg_errors(mp3)[:400])
    off = heard(mp3, rate) - seconds
    frame = 576 / rate if rate < 32000 else 1152 / rate
    expect(abs(off) <= frame, f"{mp3.name} is {off * 1000:+.1f} ms longer than {seconds:.3f} s")
    whole = lathe("inspect", mp3).stdout
    expect("whole: yes" in whole and f"audio mp3 (mp3), {rate} Hz" in whole, whole)
    return off


def mp3_goes_beside_aac_or_instead():
    """Of two users, in two recordings at once; it is served as what it is, and a browser plays it to its end."""
    with server() as one:
        beside = begin(one, media="audio", mp3="beside", mp3Rate=44100)
        only = begin(one, media="audio", mp3="only", mp3Rate=16000, names="{uid}-{lane}-{stamp}")
        other = subprocess.Popen([sys.executable, AIORTC, f"{one.url}/whip/room?uid=8", "--seconds", "8"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with users(one, 7, seconds=20):
            one.wait_for("room", lambda found: {take["uid"] for take in found["takes"]} == {"7", "8"})
            output, errors = other.communicate(timeout=60)
            expect(other.returncode == 0, errors[-1500:])
            ended = [end(one, url) for url in (only, beside)]
        kinds = sorted((take["uid"], take["audio"]["codec"], take["file"][-4:]) for take in ended[1]["takes"])
        expect(kinds == [(uid, codec, name) for uid in "78" for codec, name in (("aac", ".m4a"), ("mp3", ".mp3"))],
               f"{kinds}")
        expect([take["audio"]["codec"] for take in ended[0]["takes"]] == ["mp3", "mp3"], f"{ended[0]['takes']}")
        expect(all("-user-" in take["file"] for take in ended[0]["takes"]), f"{ended[0]['takes']}")
        notes = []
        for path in takes_of(ended[1]):
            if path.suffix == ".mp3":
                aac = path.with_suffix(".m4a")
                expect(described(aac)[0] == "aac" and not ffmpeg_errors(aac), f"{aac.name} is broken")
                notes.append(check(path, 44100, probe(aac)["duration"]))
        for path, take in zip(takes_of(ended[0]), ended[0]["takes"]):
            notes.append(check(path, 16000, take["durationMilliseconds"] / 1000))
        url = f"{one.url}/v1/recordings/{ended[1]['id']}/files/{path_of(ended[1]).name}"
        status, headers, _ = get(url)
        expect(status == 200 and headers["Content-Type"] == "audio/mpeg", f"{status} {dict(headers)}")
        with chromium() as browser:
            seen = plays(browser, url)
        wanted = heard(path_of(ended[1]), 44100)
        expect(not seen["error"] and abs(seen["at"] - wanted) < 0.1, f"Chromium: {seen}, of {wanted:.3f} s")
        return ", ".join(f"{off * 1000:+.1f} ms" for off in notes)


def path_of(recording):
    return next(path for path in takes_of(recording) if path.suffix == ".mp3")


def killed_server_leaves_mp3_that_plays():
    """It lacks at most its last second; the next start says in it how long it is, and goes on in another."""
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    one = Server()
    try:
        begin(one, media="audio", mp3="beside", mp3Rate=chance.choice([16000, 32000, 44100, 48000]))
        lost = []
        with users(one, 7, seconds=60):
            for _ in range(4):
                one.wait_for("room", lambda found: sum(
                    take["state"] == "open" and take["byteCount"] > 0 for take in found["takes"]) == 2)
                time.sleep(chance.uniform(1, 3))
                before = {take["file"] for take in one.recordings("room")[0]["takes"] if take["state"] == "open"}
                moment = one.kill()
                cut = [path for path in one.root.glob("rec/*/*/7_*") if path.name in before]
                expect(sorted(path.suffix for path in cut) == [".m4a", ".mp3"], f"seed {seed}: {cut}")
                for path in cut:
                    last, packets = play(path)
                    lost.append(moment - began(path) - last)
                    expect(packets > 0 and lost[-1] <= LONGEST_LOSS, f"seed {seed}: {path.name} lost {lost[-1]:.2f} s")
                mp3 = next(path for path in cut if path.suffix == ".mp3")
                expect(not ffmpeg_errors(mp3), f"seed {seed}: {ffmpeg_errors(mp3)[:300]}")
                one.begin()
                check_mended(one, mp3, seed)
            one.finish("room")
        return f"seed {seed}, lost {max(lost):.2f} s at worst"
    finally:
        one.stop()


def check_mended(one, mp3, seed):
    take = next(take for take in one.recordings("room")[0]["takes"] if take["file"] == mp3.name)
    expect(take["state"] == "recovered", f"seed {seed}: {take}")
    rate = described(mp3)[1]
    check(mp3, rate, take["durationMilliseconds"] / 1000)


def mp3_is_refused_with_pictures():
    """By the command line with both options that would do, by the server with the field."""
    low, high = free_ports(2)
    run = lathe("record", "--channel", "room", "--mp3", "beside", "--http", f"127.0.0.1:{free_tcp_port()}",
                "--udp-ports", f"{low}-{high}", check=False)
    expect(run.returncode == 2, f"{run.returncode}: {run.stdout}{run.stderr}")
    expect("--mp3 beside is for recordings of sound alone, and --media is both; choose --media audio, or --mp3 none"
           in run.stderr, run.stderr)


TESTS = [mp3_goes_beside_aac_or_instead, killed_server_leaves_mp3_that_plays, mp3_is_refused_with_pictures]
