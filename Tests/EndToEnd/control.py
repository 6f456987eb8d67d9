"""Recordings that are told what to do while they run: pauses, selections of users, cuts, several of one channel."""

import json
import time
from contextlib import contextmanager

from harness import Failure, expect, ffmpeg_errors, measure, post, probe, request, server, start, takes_of


@contextmanager
def users(one, *uids, seconds, channel="room", more=()):
    """Users who send the pattern, each for itself."""
    sending = [start("publish", "--server", one.url, "--channel", channel, "--uid", uid, "--pattern", "--seconds", seconds,
                     *more)
               for uid in uids]
    try:
        yield
    finally:
        for user in sending:
            user.terminate()
            user.communicate(timeout=20)


def begin(one, **choices):
    status, _, body = post(f"{one.url}/v1/recordings", {"channel": "room", **choices})
    expect(status == 201, f"{status}: {body}")
    return f"{one.url}/v1/recordings/{json.loads(body)['id']}"


def tell(url, what):
    status, _, body = post(f"{url}/{what}")
    expect(status in (200, 202), f"{what}: {status} {body[:300]}")
    return json.loads(body)


def end(one, url):
    tell(url, "stop")
    wanted = url.rsplit("/", 1)[1]
    deadline = time.time() + 20
    while time.time() < deadline:
        for found in one.recordings("room"):
            if found["id"] == wanted and found["state"] == "finished":
                return found
        time.sleep(0.1)
    raise Failure(f"recording {wanted} did not end")


def through_pause(on_pause, least, most):
    with server() as one:
        url = begin(one, onPause=on_pause)
        with users(one, 7, seconds=30):
            one.wait_for("room", lambda found: found["takes"])
            time.sleep(4)
            tell(url, "pause")
            time.sleep(3)
            tell(url, "resume")
            time.sleep(5)
            recording = end(one, url)
        takes = takes_of(recording)
        expect(len(takes) == 1, f"{len(takes)} files: {[take.name for take in takes]}")
        errors = ffmpeg_errors(takes[0])
        expect(not errors, errors[:400])
        found, seen = probe(takes[0]), measure(takes[0])
        expect(least <= found["duration"] <= most, f"{on_pause}: {found['duration']} s")
        expect(seen["offsetP99Milliseconds"] <= 40, f"sound and picture are apart after a pause: {seen}")
        return f"{on_pause}: {found['duration']:.2f} s, p99 {seen['offsetP99Milliseconds']:.1f} ms"


def a_pause_is_cut_out_or_held():
    # Nine seconds of call and three of pause; a machine that is busy takes longer for either.
    return "; ".join([through_pause("cut", 7, 11.5), through_pause("hold", 11, 15)])


def manual_recordings_wait_for_their_start():
    with server() as one:
        url = begin(one, trigger="manual", idleSeconds=3)
        with users(one, 7, seconds=20):
            time.sleep(4)
            found = one.recordings("room")[0]
            expect(found["state"] == "recording" and not found["takes"], f"it did not wait: {found}")
            tell(url, "resume")
            time.sleep(3)
            recording = end(one, url)
        expect(len(recording["takes"]) == 1, f"{recording['takes']}")
        expect(not ffmpeg_errors(takes_of(recording)[0]), "the file is broken")


def users_are_chosen_while_a_recording_runs():
    with server() as one:
        url = begin(one, audioUsers={"only": ["7", "8"]}, videoUsers={"except": ["8"]})
        with users(one, 7, 8, 9, seconds=30):
            one.wait_for("room", lambda found: {take["uid"] for take in found["takes"]} == {"7", "8", "9"})
            tell(url, "users/9/stop")
            time.sleep(2)
            status, _, body = request("PATCH", url, json.dumps({"videoUsers": {"only": ["7", "8"]}}).encode(),
                                      {"Content-Type": "application/json"})
            expect(status == 200, body)
            time.sleep(3)
            recording = end(one, url)
        kinds = {}
        for take in recording["takes"]:
            kinds.setdefault(take["uid"], []).append((bool(take.get("audio")), bool(take.get("video"))))
            path = takes_of({**recording, "takes": [take]})[0]
            expect(not ffmpeg_errors(path), path.name)
        expect(kinds["7"] == [(True, True)], f"{kinds}")
        expect(kinds["8"][0] == (True, False) and any(video for _, video in kinds["8"]), f"{kinds}")
        expect(kinds["9"] == [(False, True)], f"{kinds}")


def sizes_are_chosen_for_each_user():
    with server() as one:
        url = begin(one, streamTypes={"8": 1})
        with users(one, 7, 8, seconds=40, more=("--codec", "vp8", "--simulcast")):
            one.wait_for("room", lambda found: sizes(found, "7")[-1:] == [640] and sizes(found, "8")[-1:] == [160], 25)
            status, _, body = request("PATCH", url, json.dumps({"streamTypes": {"7": 1}}).encode(),
                                      {"Content-Type": "application/json"})
            expect(status == 200, body)
            one.wait_for("room", lambda found: sizes(found, "7")[-1:] == [160] and sizes(found, "8")[-1:] == [640], 25)
            recording = end(one, url)
        for path in takes_of(recording):
            expect(not ffmpeg_errors(path), path.name)
        expect(len(recording["takes"]) == 2, f"{recording['takes']}")
        return f"7: {sizes(recording, '7')}, 8: {sizes(recording, '8')}"


def sizes(recording, uid):
    """The widths of a user's pictures, one after the other, as far as they were told."""
    return [size["width"] for take in recording["takes"] if take["uid"] == uid
            for size in (take.get("proof") or {}).get("sizes", [])]


def one_channel_is_recorded_in_several_ways():
    with server() as one:
        plain = begin(one)
        sound = begin(one, media="audio", names="{channel}_{uid}_{lane}_{stamp}")
        cut = begin(one, chunkSeconds=10, audio="opus")
        with users(one, 7, seconds=40):
            one.wait_for("room", lambda found: found["takes"])
            time.sleep(25)
            ended = {url: end(one, url) for url in (plain, sound, cut)}
        for recording in ended.values():
            for path in takes_of(recording):
                expect(not ffmpeg_errors(path), path.name)
        expect([take["file"][-4:] for take in ended[plain]["takes"]] == [".mp4"], f"{ended[plain]['takes']}")
        expect([take["file"].startswith("room_7_user_") and take["file"].endswith(".m4a")
                for take in ended[sound]["takes"]] == [True], f"{ended[sound]['takes']}")
        pieces = ended[cut]["takes"]
        expect(len(pieces) in (2, 3) and [take["cause"] for take in pieces[1:]] == ["chunk"] * (len(pieces) - 1), f"{pieces}")
        # The three are stopped one after the other, each a moment later.
        missing = ended[plain]["takes"][0]["videoFrameCount"] - sum(take["videoFrameCount"] for take in pieces)
        expect(missing <= 0, f"{missing} frames were lost between pieces: {pieces}")


def a_recording_ends_or_goes_on_at_its_longest():
    with server() as one:
        stopping = begin(one, maximumSeconds=4, atMaximum="stop")
        rolling = begin(one, maximumSeconds=4)
        with users(one, 7, seconds=30):
            one.wait_for("room", lambda found: len(found["takes"]) >= 2)
            ended = end(one, rolling)
        expect(any(event["type"] == "maximumReached" for event in ended["events"]), f"{ended['events']}")
        first = next(found for found in one.recordings("room") if found["id"] == stopping.rsplit("/", 1)[1])
        expect(first["state"] == "finished" and first["end"]["leaveCode"] == 8, f"{first['end']}")
        for path in takes_of(ended) + takes_of(first):
            expect(not ffmpeg_errors(path), path.name)


TESTS = [
    a_pause_is_cut_out_or_held,
    manual_recordings_wait_for_their_start,
    users_are_chosen_while_a_recording_runs,
    sizes_are_chosen_for_each_user,
    one_channel_is_recorded_in_several_ways,
    a_recording_ends_or_goes_on_at_its_longest,
]
