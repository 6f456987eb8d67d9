"""What `lathe repair` makes of what others leave: Janus recordings, streams beside a take, transport streams."""

import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from harness import (LATHE, Failure, expect, ffmpeg_errors, free_tcp_port, get, lathe, measure, server, start,
                     takes_of)

# Sound and picture of the test pattern may be so far apart, in milliseconds.
LARGEST_OFFSET = 20


def repair(*arguments, status=0):
    """What became of each file."""
    run = lathe("repair", "--json", *arguments, check=False)
    expect(run.returncode == status, f"status {run.returncode} instead of {status}:\n{run.stdout[-1500:]}{run.stderr}")
    decoder, reports, text = json.JSONDecoder(), [], run.stdout.strip()
    while text:
        report, end = decoder.raw_decode(text)
        reports.append(report)
        text = text[end:].strip()
    return reports


def check(path, pictures=None, largest_offset=LARGEST_OFFSET):
    """A file that decodes without a complaint, whose pictures are those sent, in step with the sound."""
    errors = ffmpeg_errors(path)
    expect(not errors, f"{path.name}: {errors[:500]}")
    expect(lathe("inspect", path, "--brief", check=False).returncode == 0, f"{path.name} is not whole")
    pattern = measure(path)
    if pictures is not None:
        expect(pattern["distinctFrameCount"] >= pictures, f"{path.name}: {pattern['distinctFrameCount']} pictures")
    offset = pattern["offsetP99Milliseconds"]
    expect(offset is not None and offset <= largest_offset, f"{path.name}: apart by {offset} ms")
    return f"{pattern['distinctFrameCount']} pictures, apart by {offset:.1f} ms"


@contextmanager
def folder():
    path = Path(tempfile.mkdtemp(prefix="lathe-repair-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def janus(records):
    """A Janus server whose VideoRoom 1234 records everybody; yields its URL."""
    libraries = Path(next(iter(sorted(Path("/usr/lib").glob("*/janus")))))
    conf = records.parent / "conf"
    conf.mkdir()
    port = free_tcp_port()

    def all_but(kind, wanted):
        return ",".join(sorted(one.name for one in (libraries / kind).glob("*.so") if one.name != wanted))

    (conf / "janus.jcfg").write_text(f'''
general: {{
  configs_folder = "{conf}"  plugins_folder = "{libraries}/plugins"  transports_folder = "{libraries}/transports"
  events_folder = "{libraries}/events"  loggers_folder = "{libraries}/loggers"  debug_level = 2
}}
media: {{ ipv6 = false  rtp_port_range = "20000-20500" }}
nat: {{ ice_lite = true  ice_enforce_list = "lo"  full_trickle = false }}
plugins: {{ disable = "{all_but('plugins', 'libjanus_videoroom.so')}" }}
transports: {{ disable = "{all_but('transports', 'libjanus_http.so')}" }}
''')
    (conf / "janus.plugin.videoroom.jcfg").write_text(f'''
general: {{ }}
room-1234: {{ description = "test"  publishers = 20  bitrate = 0  videocodec = "h264,vp8"  audiocodec = "opus"
  record = true  rec_dir = "{records}"  notify_joining = false }}
''')
    (conf / "janus.transport.http.jcfg").write_text(f'''
general: {{ json = "compact"  base_path = "/janus"  http = true  port = {port}  ip = "127.0.0.1"  https = false }}
admin: {{ admin_http = false }}
''')
    log = open(records.parent / "janus.log", "wb")
    process = subprocess.Popen(["janus", "-F", conf], stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(100):
            try:
                get(f"http://127.0.0.1:{port}/janus/info")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise Failure("Janus did not come up")
        yield f"http://127.0.0.1:{port}/janus"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def janus_recordings_become_files():
    with folder() as place:
        records = place / "records"
        records.mkdir()
        with janus(records) as url:
            for codec, options in (("h264", ()), ("vp8", ("--loss", "2", "--jitter", "20"))):
                lathe("publish", "--janus", url, "--room", "1234", "--seconds", "10", "--size", "320x240",
                      "--bitrate", "300", "--codec", codec, *options)
        reports = repair(records)
        expect(len(reports) == 2, f"{len(reports)} files of {sorted(one.name for one in records.iterdir())}")
        expect(all(one["outcome"] == "repaired" for one in reports), str(reports))
        notes = [check(Path(one["output"]), 290) for one in sorted(reports, key=lambda one: one["output"][-4:])]
        # Made once, there is nothing more to do.
        expect(all(one["outcome"] == "whole" for one in repair(records)), "not whole the second time")
        return "; ".join(notes)


def streams_beside_a_take_replace_it():
    """A server dies, and so does the head of its file: what lies beside it has everything, at its time."""
    with server("--auto-record", "individual", "--recover-files", "1") as one:
        user = start("publish", "--server", one.url, "--channel", "room", "--uid", "7", "--size", "320x240",
                     "--bitrate", "300", "--b-frames", "2")
        try:
            one.wait_for("room", lambda found: found["takes"] and found["takes"][0]["byteCount"] > 0)
            time.sleep(8)
            recording = one.recordings("room")[0]
            one.kill()
        finally:
            user.kill()
            user.communicate()
        path = takes_of(recording)[0]
        whole = path.with_name("kept.mp4")
        shutil.copy(path, whole)
        with open(path, "r+b") as file:
            file.write(random.randbytes(20_000))
        names = {beside.name for beside in path.parent.iterdir()}
        expect({f"{path.name}.{kind}" for kind in ("h264", "aac", "times")} <= names, str(names))
        report = repair(f"{path}.h264")[0]
        note = check(Path(report["output"]), 200)
        # Without the times, what is left of the file tells them.
        Path(f"{path}.times").unlink()
        Path(report["output"]).unlink()
        report = repair(f"{path}.aac")[0]
        expect(any(note.startswith("Assumed") for note in report["notes"]), str(report))
        errors = ffmpeg_errors(report["output"])
        expect(not errors, errors[:500])
        one.begin()
        return note


def cut_transport_streams_become_files():
    random.seed(3)
    with folder() as place, server("--auto-record", "individual") as one:
        lathe("publish", "--server", one.url, "--channel", "room", "--uid", "7", "--size", "320x240", "--seconds", "10",
              "--bitrate", "300", "--b-frames", "2")
        take = takes_of(one.finish("room"))[0]
        whole = place / "whole.ts"
        subprocess.run(["ffmpeg", "-v", "error", "-i", take, "-c", "copy", whole], check=True, timeout=60)
        data = whole.read_bytes()
        notes = [check(Path(repair(whole)[0]["output"]), 290)]
        for number in range(5):
            cut = place / f"{number}.ts"
            cut.write_bytes(data[:random.randrange(len(data) // 2, len(data))])
            notes.append(check(Path(repair(cut)[0]["output"]), 100))
        # A hole in the middle: both sides are there, and in step.
        hole = place / "hole.ts"
        hole.write_bytes(data[:len(data) // 3] + data[len(data) // 2:])
        report = repair(hole, status=3)[0]
        expect(measure(report["output"])["offsetP99Milliseconds"] <= LARGEST_OFFSET, str(report))
        return notes[0]


def an_interrupted_repair_leaves_nothing():
    with folder() as place:
        made = place / "a.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30", "-t", "20", "-c:v",
                        "libx264", "-preset", "ultrafast", place / "a.ts"], check=True, timeout=60)
        # A gigabyte takes longer than it takes to interrupt it.
        piece = (place / "a.ts").read_bytes()
        with open(place / "large.ts", "wb") as file:
            while file.tell() < 1 << 30:
                file.write(piece)
        (place / "a.ts").unlink()
        before = sorted(path.name for path in place.iterdir())
        process = subprocess.Popen([LATHE, "repair", place / "large.ts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        expect(process.returncode == 1 and b"interrupted" in errors, f"{process.returncode} {errors[-300:]}")
        after = sorted(path.name for path in place.iterdir())
        expect(after == before and not made.exists(), f"{after}")


TESTS = [
    janus_recordings_become_files,
    streams_beside_a_take_replace_it,
    cut_transport_streams_become_files,
    an_interrupted_repair_leaves_nothing,
]
