#!/usr/bin/env python3
"""What a recorded stream costs, beside what it costs Janus, on this machine and in one run.

    bench.py [--streams 10,50,200] [--window SECONDS] [--only lathe-opus,lathe-aac,janus] [--json FILE] [--profile FILE]

Each server gets the same load: native clients that send 640×480 H.264 at 1 Mbit/s and Opus, over a private
network. After a warm-up, two samples are taken a window apart; every number is the difference between them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import isolation
from contenders import Janus, Lathe, Load
from sampling import Sample, resident_kib

WARM_UP = 6
CONTENDERS = {
    "janus": Janus,
    "lathe-opus": lambda home, shim: Lathe(home, shim, "opus"),
    "lathe-aac": lambda home, shim: Lathe(home, shim, "aac"),
}
BAR, AIM = 0.5, 0.2
COLUMNS = [
    ("server", "server", "{}"),
    ("streams", "streams", "{}"),
    ("CPU ms per stream-second", "cpu_ms", "{:.2f}"),
    ("packets per CPU-second", "packets_per_cpu", "{:,.0f}"),
    ("allocations per packet", "allocations_per_packet", "{:.3f}"),
    ("RSS per stream, KiB", "rss_kib", "{:,.0f}"),
    ("server CPU", "server_load", "{:.0%}"),
    ("publisher CPU", "publisher_load", "{:.0%}"),
    ("machine busy", "busy", "{:.0%}"),
    ("sent kbit/s", "sent_kbit", "{:,.0f}"),
    ("recorded kbit/s", "recorded_kbit", "{:,.0f}"),
    ("datagrams dropped", "drops", "{:,}"),
    ("frames refused", "refused", "{:,.0f}"),
    ("sent again", "repeated", "{:,.0f}"),
    ("lost for good", "lost", "{}"),
]


def build_shim(directory):
    shim = directory / "allocations.so"
    source = Path(__file__).with_name("allocations.c")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", shim, source], check=True)
    return shim


def watch(pid, window, profile):
    """Lets `perf` look at the server for the length of the window."""
    subprocess.run(["perf", "record", "--quiet", "--call-graph", "fp", "--freq", "999", "--pid", str(pid), "--output",
                    profile, "--", "sleep", str(window)], check=True)


def measure(key, streams, window, home, shim, profile=None):
    """One row of the table."""
    server = load = None
    try:
        server = CONTENDERS[key](home, shim)
        time.sleep(2)
        idle = resident_kib(server.pid)
        load = Load(home, server.target(), streams, seconds=window + 240)
        load.wait_until_connected(180)
        time.sleep(WARM_UP)
        before = Sample.take(server, load.pid)
        if profile:
            watch(server.pid, window, profile)
        else:
            time.sleep(window)
        after = Sample.take(server, load.pid)
        resident, lost = resident_kib(server.pid), server.lost()
        sent = load.finish()
    finally:
        for one in (load, server):
            if one:
                one.end()
        shutil.rmtree(home, ignore_errors=True)
    return row(server, streams, before, after, sent, (resident - idle) / streams, lost)


def row(server, streams, before, after, sent, rss_kib, lost):
    seconds = after.time - before.time
    cpu = after.server_cpu - before.server_cpu
    # Janus does not count what it receives; every packet sent has arrived if none was dropped.
    packets = after.packets - before.packets or sent["packets"] / sent["seconds"] * streams * seconds
    machine = after.machine - before.machine
    result = {
        "server": server.name, "streams": streams, "cpu_ms": 1000 * cpu / (streams * seconds),
        "packets_per_cpu": packets / cpu, "rss_kib": rss_kib, "lost": "—" if lost is None else lost,
        "allocations_per_packet": (after.allocations - before.allocations) / packets,
        "server_load": cpu / seconds, "publisher_load": (after.publisher_cpu - before.publisher_cpu) / seconds,
        "busy": (after.busy - before.busy) / machine, "drops": after.drops - before.drops,
        "sent_kbit": sent["bytes"] * 8 / sent["seconds"] / 1000,
        "recorded_kbit": (after.recorded - before.recorded) * 8 / seconds / streams / 1000,
        "refused": sent["refused"], "repeated": sent["repeated"],
    }
    # What others do on this machine slows both sides alike; only our own hunger makes a load unequal.
    own = (result["server_load"] + result["publisher_load"]) / os.cpu_count()
    lags = result["recorded_kbit"] < 0.98 * result["sent_kbit"]
    result["saturated"] = own > 0.9 or lags or result["drops"] > 0 or sent["refused"] > 0
    return result


def table(rows, columns):
    """Rows as Markdown."""
    cells = [[title for title, _, _ in columns]]
    cells += [[form.format(row[key]) for _, key, form in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    lines = ["| " + " | ".join(cell.rjust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    return "\n".join(lines)


def ratios(rows):
    """Lathe's CPU per stream over Janus's, for each load that both were given."""
    janus = {row["streams"]: row for row in rows if row["server"] == "Janus"}
    found = []
    for row in rows:
        other = janus.get(row["streams"])
        if row is other or other is None:
            continue
        fair = not (row["saturated"] or other["saturated"])
        found.append({
            "server": row["server"], "streams": row["streams"], "ratio": row["cpu_ms"] / other["cpu_ms"],
            "note": "" if fair else "saturated: sent and recorded differ, or nothing is left of the machine",
            "counts": fair and "Opus" in row["server"]})
    return found


def report(rows):
    """Prints the tables; says whether the bar is met wherever the load was equal."""
    print(f"\n{cpu_name()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    print(table(rows, COLUMNS))
    found = ratios(rows)
    if not found:
        return True
    print("\n" + table(found, [
        ("server", "server", "{}"), ("streams", "streams", "{}"), ("CPU, Lathe / Janus", "ratio", "{:.2f}"),
        ("", "note", "{}")]))
    counted = [one["ratio"] for one in found if one["counts"]]
    met = bool(counted) and max(counted) <= BAR
    print(f"\nbar: with Opus kept at most {BAR} of Janus's CPU (aim: {AIM}) — "
          + ("met" if met else f"worst is {max(counted):.2f}" if counted else "no load was equal"))
    return met


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", default="10,50,200", help="how many streams at a time (10,50,200)")
    parser.add_argument("--window", type=float, default=15, help="seconds between the two samples (15)")
    parser.add_argument("--only", default=",".join(CONTENDERS), help="which servers")
    parser.add_argument("--json", help="write the rows here, too")
    parser.add_argument("--profile", metavar="FILE", help="have `perf` record the last server's window into FILE")
    return parser.parse_args()


def main():
    options = arguments()
    isolation.enter_private_network()
    isolation.tidy_on_signals()
    directory = Path(tempfile.mkdtemp(prefix="lathe-bench-"))
    rows, failures = [], 0
    try:
        shim = build_shim(directory)
        for streams in map(int, options.streams.split(",")):
            for key in options.only.split(","):
                print(f"bench: {key}, {streams} streams …", file=sys.stderr, flush=True)
                try:
                    rows.append(measure(key, streams, options.window, directory / f"{key}-{streams}", shim, options.profile))
                except RuntimeError as error:
                    failures += 1
                    print(f"bench: {key} with {streams} streams failed: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    met = report(rows)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    sys.exit(0 if met and not failures else 1)


if __name__ == "__main__":
    main()
