"""A private network and children that never outlive us."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys

INTERFACE = "lathe0"
INSIDE = "LATHE_BENCH_INSIDE"
PR_SET_PDEATHSIG = 1


def enter_private_network():
    """Starts this script again in a network namespace of its own; returns inside it.

    Janus gathers no loopback interface, so a dummy pair carries one loopback address. Nothing in there
    reaches any other machine, and everything vanishes with the last process.
    """
    if os.environ.get(INSIDE):
        for step in ("link set lo up", f"link add {INTERFACE} type veth peer name lathe1",
                     f"addr add 127.0.1.1/32 dev {INTERFACE}", f"link set {INTERFACE} up", "link set lathe1 up"):
            subprocess.run(["ip", *step.split()], check=True)
        return
    for tool in ("unshare", "ip", "gcc", "janus"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: there is no {tool}; `scripts/setup --tests` installs what is missing")
    unshare = ["unshare", "--net"] + ([] if os.getuid() == 0 else ["--map-root-user"])
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        sys.exit("bench: this machine allows no network namespaces; run as root, or outside of the container")
    os.environ[INSIDE] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, log, environment=None):
    """Starts a child that the kernel kills if we die, its output in a file."""
    return subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})}, preexec_fn=_die_with_parent)


def end(process, seconds=60):
    """Asks a child to end, and kills it if it does not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_by_exception(_signal, _frame):
    raise KeyboardInterrupt


def tidy_on_signals():
    """Lets SIGTERM and SIGHUP run the `finally` blocks that SIGINT runs."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_by_exception)
