"""What docs/compatibility.md says of the program itself: how it reads its words, obeys signals, ends, and which files it leaves."""

import json
import re
import signal
import time
from pathlib import Path

from compatibility_api import send, wait_until_finished
from compatibility_commandline import Recorded, refuse, settings, words_of
from compatibility_page import code, kind
from harness import eventually, expect, free_ports, get_json, start

BEGUN = {True: "Recording directory is (.+)", False: "recording channel '.+' to (.+)"}


def document(bench, words, isOld=True):
    return Recorded(bench, lambda folder: words, isOld, bench.channel()).document


def refused(bench, words, isOld, sentence):
    """Words that start nothing; the older program answers with its usage if they are wrong in form."""
    run = bench.start(words, bench.folder(), bench.channel(), isOld)
    status, errors = run.end()
    expect(status == (255 if isOld else 2) and sentence in errors, f"{run.words}: {status} {errors}")
    return run.lines


def forms(bench):
    for words in (["--idle", "30"], ["--idle=30"], ["-idle", "30"], ["-idle=30"], ["--id", "30"]):
        expect(document(bench, words)["idleSeconds"] == 30, f"{words} is not understood")
    refused(bench, ["--id", "30"], False, "unknown option --id")
    refused(bench, ["-idle", "30"], False, "'-idle'")
    expect(document(bench, ["--idle=30"], False)["idleSeconds"] == 30, "--idle=30")


def twice(bench):
    expect(document(bench, ["--idle", "30", "--idle", "40"])["idleSeconds"] == 40, "the last one does not hold")
    refused(bench, ["--idle", "30", "--idle", "40"], False, "given twice")


def values(bench):
    for isOld in (True, False):
        for text, media in (("0", "both"), ("1", "audio"), ("7", "audio"), ("-1", "audio"), ("010", "audio")):
            found = document(bench, [f"--isAudioOnly={text}"], isOld)["control"]["media"]
            expect(found == media, f"--isAudioOnly {text}: {found}")
        refused(bench, ["--isAudioOnly", "0x1"], isOld, "--isAudioOnly wants a whole number, not '0x1'")


def wrong(bench):
    for words, sentence in ((["--bogus", "1"], "--bogus"), (["stray"], "'stray'"), (["--triggerMode", "soon"], "'soon'")):
        lines = refused(bench, words, True, sentence)
        expect(lines and lines[0].startswith("usage: recorder_local --appId <string>"), f"{words}: {lines[:1]}")
        expect(not refused(bench, words, False, sentence), f"{words}: usage on standard output")


def statuses(bench):
    for isOld, failed in ((True, 255), (False, 1)):
        Recorded(bench, lambda folder: [], isOld, bench.channel())
        run = bench.start([], bench.folder(), "a/b", isOld)
        status, errors = run.end()
        expect(status == failed and errors, f"{run.words}: {status} {errors}")


def splitting(bench):
    for isOld, usual in ((True, "legacy"), (False, "continuous")):
        expect(document(bench, [], isOld)["splitting"] == usual, "usual files")
        expect(document(bench, ["--splitting", "continuous"], isOld)["splitting"] == "continuous", "--splitting")


def hosted(bench, isOld, *words):
    """A recorder that hosts its channel itself, on ports of its own."""
    folder = bench.folder()
    run = bench.start([*words, "--udp-ports", "{}-{}".format(*free_ports(4))], folder, bench.channel(), isOld, False)
    return run, folder, Path(folder, run.wait_for(BEGUN[isOld]))


def root(bench):
    for isOld, place in ((True, "."), (False, "recordings")):
        run, folder, directory = hosted(bench, isOld)
        run.end(isTold=True)
        expect(directory.parent.parent.samefile(folder / place), f"{directory} is not in {place} of {folder}")


def lines(bench):
    run = bench.start([], bench.folder(), bench.channel(), True)
    run.wait_for("Recording directory is (.+)")
    _, errors = run.end(isTold=True)
    expect(errors.rstrip().endswith("Stopped"), errors)
    run = bench.start([], bench.folder(), bench.channel(), False)
    run.wait_for(BEGUN[False])
    run.end(isTold=True)
    expect(any(line.startswith("ended: ") for line in run.lines), f"{run.lines}")


def endings(bench):
    for isOld, numbers in ((True, (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)), (False, (signal.SIGINT, signal.SIGTERM))):
        for number in numbers:
            run = bench.start([], bench.folder(), bench.channel(), isOld)
            run.wait_for(BEGUN[isOld])
            if isOld:
                run.process.send_signal(signal.SIGPIPE)
            run.process.send_signal(number)
            status, errors = run.end()
            expect(status == 0, f"{run.words}: {number} {status} {errors}")


def aborts(bench):
    run, folder, directory = hosted(bench, True)
    run.process.send_signal(signal.SIGABRT)
    status, errors = run.end()
    expect(status == 0 and (directory / "recording2-done.txt").exists(), f"{run.words}: {status} {errors}")
    run, folder, directory = hosted(bench, False)
    run.process.send_signal(signal.SIGABRT)
    eventually(lambda: any(path.stat().st_size for path in folder.rglob(".lathe/crashes/*")), f"{run.words} wrote no report",
               30)
    status, errors = run.end(isTold=True)
    expect(status == 0 and (directory / "recording2-done.txt").exists(), f"{run.words}: {status} {errors}")


def wait_until(bench, channel, isPaused):
    eventually(lambda: bench.recordings(channel)[0]["isPaused"] == isPaused, f"it does not become {isPaused}")


def manual(bench):
    for isOld in (True, False):
        channel = bench.channel()
        run = bench.start(["--trigger", "manual"], bench.folder(), channel, isOld)
        run.wait_for(BEGUN[isOld])
        wait_until(bench, channel, True)
        for number, isPaused in ((signal.SIGUSR1, False), (signal.SIGUSR2, True)):
            run.process.send_signal(number)
            wait_until(bench, channel, isPaused)
        status, errors = run.end(isTold=True)
        expect(status == 0, f"{run.words}: {status} {errors}")


def automatic(bench):
    for isOld in (True, False):
        channel = bench.channel()
        run = bench.start([], bench.folder(), channel, isOld)
        run.wait_for(BEGUN[isOld])
        run.process.send_signal(signal.SIGUSR2)
        # Two signals that wait at once have no order.
        time.sleep(1)
        status, errors = run.end(isTold=True)
        said = errors + "\n".join(run.lines)
        expect(status == 0 and "passed over" in said, f"{run.words}: {status} {said}")
        expect(not bench.recordings(channel)[0]["isPaused"], "it is paused")


def many(bench):
    low, high = free_ports(12)
    runs = [bench.start(["--lowUdpPort", low, "--highUdpPort", high], bench.folder(), bench.channel(), True, False)
            for _ in range(3)]
    urls = [run.wait_for(r"clients publish to (http://[0-9.:]+)/whip/") for run in runs]
    ports = [port for url in urls for port in get_json(f"{url}/v1/server")["udpPorts"]]
    for run in runs:
        run.end(isTold=True)
    expect(len(set(ports)) == len(ports) and all(low <= int(port) <= high for port in ports), f"{ports} of {low}-{high}")


# By the first words of the rows.
PROGRAM = {
    "`--name value`": forms, "a flag given twice": twice, "every flag takes a value": values, "unknown flag": wrong,
    "exit status 0": statuses, "an AAC and an MP4": splitting, "`recordFileRootDir` is": root,
    "`Recording directory is DIR`": lines, "SIGINT": endings, "SIGABRT": aborts, "SIGUSR1 starts": manual,
    "SIGUSR1 and SIGUSR2 do nothing": automatic, "many processes": many,
}


def check_program(bench, row):
    known = [body for words, body in PROGRAM.items() if row.key[1].startswith(words)]
    expect(len(known) == 1, f"{len(known)} ways are known to try it")
    known[0](bench)
    return "honoured"


# ---------------------------------------------------------------- which files come of it

class Call:
    """One call that is recorded in every way that the table names, at once."""

    def __init__(self, bench, rows):
        self.bench = bench
        self.runs = {row.key: self.begin(row) for row in rows if kind(row.cells["who sends H.264 leaves"]) != "refused"}
        users = [start("publish", "--server", bench.host.url, "--channel", "files", "--uid", uid, "--codec", codec,
                       "--size", "320x240", "--bitrate", 200, "--seconds", 4) for uid, codec in ((7, "h264"), (8, "vp8"))]
        for user in users:
            _, errors = user.communicate(timeout=60)
            expect(user.returncode == 0, errors)
        self.lines = []
        for run, _ in self.runs.values():
            run.wait_for("User (8|7) offline")
            run.wait_for("User (8|7) offline")
            status, errors = run.end(isTold=True)
            expect(status == 0, f"{run.words}: {status} {errors}")
            self.lines += run.lines
        self.documents = bench.recordings("files")

    def begin(self, row):
        words = [word for text in code(row.cells["flags"]) for word in text.split()]
        run = self.bench.start(words, self.bench.folder(), "files", True)
        return run, Path(run.wait_for(BEGUN[True]))

    def check(self, row):
        promise = row.cells["who sends H.264 leaves"]
        if kind(promise) == "refused":
            flags = code(row.cells["flags"])[0]
            refuse(self.bench, flags, promise.removeprefix("refused: "), True, set())
            refuse(self.bench, flags, promise.removeprefix("refused: "), False, set())
            return "refused"
        _, directory = self.runs[row.key]
        for uid, column in ((7, "who sends H.264 leaves"), (8, "who sends VP8 leaves")):
            found = sorted(path.suffix[1:] for path in directory.glob(f"{uid}_*"))
            expect(found == sorted(code(row.cells[column])), f"user {uid} left {found}")
        return "honoured"


# ---------------------------------------------------------------- beside the flags

def keep_media_time(bench):
    folder, channel = bench.folder(), bench.channel()
    run = bench.start([], folder, channel, True, environment={"KEEPMEDIATIME": "60"})
    run.wait_for(BEGUN[True])
    status, errors = run.end(isTold=True)
    expect(status == 0 and "KEEPMEDIATIME" not in errors, errors)
    expect(settings(bench.recordings(channel)[0]) == settings(bench.usual[True].document), "it changes something")


def port_file(bench):
    folder = bench.folder()
    (folder / "agorasdk.json").write_text('{"rtc.udp_port_range":[40000,40004]}')
    run = bench.start([], folder, bench.channel(), True, False)
    url = run.wait_for(r"clients publish to (http://[0-9.:]+)/whip/")
    ports = get_json(f"{url}/v1/server")["udpPorts"]
    run.end(isTold=True)
    expect(not any(40_000 <= int(port) <= 40_004 for port in ports), f"it was read: {ports}")


def variant(bench):
    text = json.dumps({"BitrateKbps": 500, "7": "rtmp://192.0.2.1/live"})
    one = Recorded(bench, lambda folder: words_of(text, folder), True, bench.channel())
    for key in ("BitrateKbps", "7"):
        expect(f"f: '{key}' is no key that anybody knows; it is passed over" in one.errors, one.errors)


BESIDE = {"KEEPMEDIATIME": keep_media_time, "rtc.udp_port_range": port_file, "BitrateKbps": variant}


def check_beside(bench, row):
    BESIDE[row.names[0]](bench)
    return {"nothing": "nothing"}.get(kind(row.cells["here"]), "ignored")


# ---------------------------------------------------------------- numbers

def events_of(bench, recording):
    return get_json(f"{bench.host.url}/v1/events?recording={recording}&limit=1000")["events"]


def ended(bench, **fields):
    """How a recording ends of which nothing is told but what it was started with."""
    status, begun = send(bench.host.url, "POST", "/v1/recordings", {"channel": bench.channel(), **fields})
    expect(status == 201, f"{fields}: {begun}")
    found = wait_until_finished(f"{bench.host.url}/v1/recordings/{begun['id']}")
    # The last event is told a moment after the document has it.
    last = eventually(lambda: next((one for one in events_of(bench, begun["id"])[-1:] if "final" in one), None),
                      f"{fields}: its end is not told")
    return found["end"], last["outcome"]


def leave_codes(bench, call, cell):
    stopped = [one["end"] for one in call.documents]
    expect(all(end["leaveCode"] == 16 and end["leaveCodes"] and end["reason"] for end in stopped), f"{stopped}")
    expect(ended(bench, idleSeconds=3)[0]["leaveCode"] == 4, "of an idle recording")
    run, _, _ = hosted(bench, True)
    run.end(isTold=True)
    codes = [int(line.rsplit(":", 1)[1]) for line in run.lines if line.startswith("leave channel with code:")]
    # Told to end by a signal of a timer's, as ever.
    expect(codes and codes[0] & 2, f"{run.lines}")
    run = bench.start([], bench.folder(), "a/b", True)
    status, errors = run.end()
    expect(status == 255 and "Failed to create agora channel" in errors, errors)


def longest(bench, call, cell):
    end, outcome = ended(bench, maximumSeconds=1, atMaximum="stop")
    expect(end["leaveCode"] & 8 and outcome["name"] == "durationReached", f"{end} {outcome}")


def offline(bench, call, cell):
    expect("User 7 offline, reason: 0" in call.lines and "User 8 offline, reason: 0" in call.lines, f"{call.lines}")
    told = [event for one in call.documents for event in one["events"] if event["type"] == "userLeft"]
    expect(told and all(event["detail"] for event in told), f"{told}")


def profiles(bench, call, cell):
    for profile, field in (("communication", None), ("live", None), ("gaming", "profile")):
        status, _, body = bench.request("POST", f"/whip/room?profile={profile}", b"no sdp", {"Content-Type": "application/sdp"})
        expect(status == 400 and (json.loads(body).get("field") == "profile") == (field == "profile"), f"{profile}: {body}")


def choices(bench, call, cell):
    """The values that a cell names behind a field are taken, and another is not."""
    field, *words = code(cell.split(";")[0])
    for value in words or [int(number) for number in re.findall(r"(?<=[ ,])\d+", cell)]:
        status, found = send(bench.host.url, "POST", "/v1/recordings", {"channel": bench.channel(), field: value})
        expect(status == 201 and value in (found.get(field), found["control"].get(field)), f"{field} {value}: {found}")
        send(bench.host.url, "POST", f"/v1/recordings/{found['id']}/stop")
    status, problem = send(bench.host.url, "POST", "/v1/recordings", {"channel": "x", field: "strange"})
    expect(status == 400 and field in problem["field"], f"{problem}")


def selections(bench, call, cell):
    for field in ("audioUsers", "videoUsers"):
        for users in ({"only": ["1"]}, {"except": ["2"]}):
            status, found = send(bench.host.url, "POST", "/v1/recordings", {"channel": bench.channel(), field: users})
            expect(status == 201 and found["control"][field] == users, f"{found}")


def problems(bench, call, cell):
    status, problem = send(bench.host.url, "POST", "/v1/recordings", {"channel": "room", "idleSeconds": 1})
    expect(status == 400 and {"title", "detail", "field"} <= set(problem), f"{problem}")


def event_names(bench, call, cell):
    """The words are types of events: that each is told is the walk of the callbacks."""
    known = Path(__file__).parents[2].joinpath("docs/operating.md").read_text()
    for word in code(cell):
        expect(f"`{word}`" in known, f"{word} is no event")


def takes(bench, call, cell):
    found = [take for one in call.documents for take in one["takes"]]
    expect({take["video"]["codec"] for take in found if take.get("video")} == {"h264", "vp8"}, f"{found}")
    expect(all(take["proof"] for take in found), f"{found}")


def levels(bench, call, cell):
    for level in range(1, 7):
        Recorded(bench, lambda folder: ["--log-level", str(level)], False, bench.channel())
    refused(bench, ["--log-level", "7"], False, "--log-level")


NUMBERS = {
    "LEAVE_PATH_CODE": leave_codes, "USER_OFFLINE_REASON_TYPE": offline, "CHANNEL_PROFILE_TYPE": profiles,
    "REMOTE_VIDEO_STREAM_TYPE": choices, "TRIGGER_MODE_TYPE": choices, "MediaRecorderStreamType": choices,
    "MediaRecorderContainerFormat": choices, "RecorderState": event_names, "RecorderReasonCode": longest,
    "UID_LIST_TYPE": selections, "ERROR_CODE_TYPE": problems, "RemoteStreamState": event_names, "VIDEO_CODEC_TYPE": takes,
    "QUALITY_TYPE": takes, "MIXED_AV_CODEC_TYPE": choices, "agora_log_level": levels,
}


def check_number(bench, call, row):
    cell = row.cells["over HTTP"]
    if kind(cell) in ("none", "nothing"):
        expect(row.names[0] not in NUMBERS, f"the page says {cell}")
        return kind(cell)
    NUMBERS[row.names[0]](bench, call, cell)
    return "honoured"
