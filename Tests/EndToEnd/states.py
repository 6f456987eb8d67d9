"""What is told of streams and of the network: mutes are no freezes, and one user's trouble is not everybody's."""

import signal
import subprocess
import sys
import tempfile
import time

from browser import NATURAL, PagePublisher, camera_file, chromium
from harness import ROOT, expect, server

AIORTC = ROOT / "Tests/EndToEnd/aiortc_client.py"
CONNECTION = ["connectionInterrupted", "connectionLost", "reconnected"]


def publisher(one, uid, seconds=60):
    """A client that goes on where it was when it was stopped: `lathe publish` would join anew."""
    return subprocess.Popen([sys.executable, AIORTC, f"{one.url}/whip/room?uid={uid}", "--codec", "vp8",
                             "--seconds", str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.communicate(timeout=20)


def told(recording):
    """What was told, as (type, uid, detail without what varies)."""
    return [(event["type"], event.get("uid"), event.get("detail", "") if event["type"] not in CONNECTION + ["noStream"]
             else "") for event in recording["events"]]


def has(recording, *wanted):
    return set(wanted) <= set(told(recording))


def a_network_that_fails_is_told_and_its_return():
    """Nothing at all comes of the only user for eleven seconds."""
    with server("--auto-record", "individual") as one:
        user = publisher(one, 7)
        try:
            one.wait_for("room", lambda found: found["takes"])
            time.sleep(2)
            user.send_signal(signal.SIGSTOP)
            one.wait_for("room", lambda found: has(found, ("connectionLost", None, "")), 20)
            user.send_signal(signal.SIGCONT)
            recording = one.wait_for("room", lambda found: has(found, ("reconnected", None, ""), ("unfrozen", "7", "audio"),
                                                               ("unfrozen", "7", "video")), 10)
        finally:
            end(user)
        states = [event for event in told(recording) if event[0] in CONNECTION + ["frozen", "unfrozen", "noStream", "muted"]]
        expect(set(states[:2]) == {("frozen", "7", "audio"), ("frozen", "7", "video")}, f"{states}")
        expect(states[2:5] == [("connectionInterrupted", None, ""), ("noStream", "7", ""), ("connectionLost", None, "")],
               f"{states}")
        expect(len(states) == 8, f"{states}")
        moments = {event["type"]: event["atMilliseconds"] for event in recording["events"]}
        return f"interrupted to lost {moments['connectionLost'] - moments['connectionInterrupted']} ms"


def one_users_network_is_not_everybodys():
    with server("--auto-record", "individual") as one:
        users = [publisher(one, 7), publisher(one, 8)]
        try:
            one.wait_for("room", lambda found: len(found["takes"]) == 2)
            time.sleep(1)
            users[0].send_signal(signal.SIGSTOP)
            one.wait_for("room", lambda found: has(found, ("noStream", "7", "")), 15)
            time.sleep(2)
            users[0].send_signal(signal.SIGCONT)
            recording = one.wait_for("room", lambda found: has(found, ("unfrozen", "7", "audio"), ("unfrozen", "7", "video")))
        finally:
            for user in users:
                end(user)
        expect(not [event for event in told(recording) if event[0] in CONNECTION], f"{told(recording)}")
        expect({event[1] for event in told(recording) if event[0] in ("frozen", "noStream")} == {"7"}, f"{told(recording)}")


def stays_quiet(recording):
    """A user who stops sending has muted, and nothing else is wrong."""
    events = told(recording)
    expect({event for event in events if event[0] == "muted"} == {("muted", "7", "audio"), ("muted", "7", "video")}, f"{events}")
    expect(("noStream", "7", "") in events, f"{events}")
    expect(not [event for event in events if event[0] in CONNECTION + ["frozen", "unfrozen"]], f"{events}")


def unmuted(found):
    return has(found, ("unmuted", "7", "audio"), ("unmuted", "7", "video"))


def a_browser_that_stops_sending_has_muted():
    with server("--auto-record", "individual") as one, tempfile.TemporaryDirectory() as directory:
        with chromium(camera_file(directory, look=NATURAL)) as browser:
            user = PagePublisher(browser, one.url, "room", "H264", uid="7")
            one.wait_for("room", lambda found: found["takes"])
            time.sleep(2)
            replace = """async on => {
              const senders = window.peers.at(-1).getSenders();
              window.sent ??= senders.map(sender => sender.track);
              for (const [place, sender] of senders.entries()) await sender.replaceTrack(on ? window.sent[place] : null);
            }"""
            user.page.evaluate(replace, False)
            # Long enough for every limit there is.
            time.sleep(13)
            user.page.evaluate(replace, True)
            recording = one.wait_for("room", unmuted)
            user.leave()
        stays_quiet(recording)


def aiortc_that_stops_sending_has_muted():
    with server("--auto-record", "individual") as one:
        user = subprocess.Popen([sys.executable, AIORTC, f"{one.url}/whip/room?uid=7", "--codec", "vp8", "--seconds", "25",
                                 "--pause", "5", "18"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            recording = one.wait_for("room", unmuted, 40)
        finally:
            user.terminate()
            user.communicate(timeout=20)
        stays_quiet(recording)


TESTS = [
    a_network_that_fails_is_told_and_its_return,
    one_users_network_is_not_everybodys,
    a_browser_that_stops_sending_has_muted,
    aiortc_that_stops_sending_has_muted,
]
