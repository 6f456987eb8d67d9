"""The long campaigns behind `make soak`: minutes of flashes and beeps, narrow networks, hundreds of killed servers.

`soak.py [NAME…]` runs those named. MOMENTS (1000) says how often servers are killed, SEED when.
"""

import os
import random
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))

import calls  # noqa: E402 - found by the path above
import crash  # noqa: E402 - found by the path above
import events  # noqa: E402
import run as end_to_end  # noqa: E402
import sdk  # noqa: E402
import squeeze  # noqa: E402
from harness import run  # noqa: E402


def five_minutes_on_a_good_network():
    return end_to_end.offsets(300)


def five_minutes_with_loss_and_jitter():
    return end_to_end.offsets(300, "--loss", "3", "--jitter", "50", "--seed", "11")


def loss_of_3_percent():
    return end_to_end.pattern_through_loss(3, 0.999)


def loss_of_10_percent():
    return end_to_end.pattern_through_loss(10, 0.99)


def in_virtual_time(tests, **settings):
    """Runs unit tests in their long form, optimised: minutes of call take a fraction of a second."""
    root = Path(__file__).resolve().parents[1]
    command = ["swift", "test", "-c", "release", "-Xswiftc", "-enable-testing", "--scratch-path", ".build/soak",
               "--filter", tests]
    subprocess.run(command, cwd=root, env={**os.environ, "LATHE_SOAK": "1", **settings}, check=True)


def two_hours_of_clocks():
    in_virtual_time("RecordedCallTests")


def what_a_bad_network_costs():
    in_virtual_time("PeerLossTests")


def five_hundred_calls_with_everything():
    in_virtual_time("SimulatedCallTests", CALLS=os.environ.get("CALLS", "500"), MINUTES="10")


def h264_recovers_after_a_squeeze():
    return squeeze.recovers_after_a_squeeze("H264")


def vp8_recovers_after_a_squeeze():
    return squeeze.recovers_after_a_squeeze("VP8")


def power_cuts():
    in_virtual_time("PowerCutTests")


def repairs_of_every_cut_and_ten_thousand_flips():
    in_virtual_time("RepairPropertyTests")


def killed_servers():
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    return crash.campaign(moments=int(os.environ.get("MOMENTS", "1000")), seed=seed, users=crash.MANY)


def kills_on_a_busy_disk():
    with busy_disk(writers=2):
        return crash.campaign(moments=100, seed=int(os.environ.get("SEED", random.randrange(1 << 30))))


@contextmanager
def busy_disk(writers):
    """Lets programs write gigabytes where recordings go, and leave it to the kernel when."""
    with tempfile.TemporaryDirectory(prefix="lathe-busy-") as folder:
        programs = [subprocess.Popen([sys.executable, "-c", WRITE_WITHOUT_END, f"{folder}/{index}"])
                    for index in range(writers)]
        try:
            yield
        finally:
            for program in programs:
                program.kill()
                program.wait()


WRITE_WITHOUT_END = """
import os, sys
block = os.urandom(8 << 20)
while True:
    with open(sys.argv[1], "wb") as file:
        for _ in range(600):
            file.write(block)
"""


def receiver_down_for_ten_minutes():
    return events.everything_dies(down_seconds=600, rounds=40)


if __name__ == "__main__":
    sys.exit(run([sdk.example_in_swift, two_hours_of_clocks, what_a_bad_network_costs, five_hundred_calls_with_everything,
                  five_minutes_on_a_good_network, five_minutes_with_loss_and_jitter, loss_of_3_percent,
                  loss_of_10_percent, calls.bursts_of_ten_percent_at_150_ms,
                  h264_recovers_after_a_squeeze, vp8_recovers_after_a_squeeze, power_cuts,
                  repairs_of_every_cut_and_ten_thousand_flips, killed_servers, kills_on_a_busy_disk,
                  receiver_down_for_ten_minutes]))
