"""What the kernel says about a process, the machine and the network."""

import os
import time
from array import array
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads, so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def machine_seconds():
    """(busy, all) seconds of all cores; stolen time counts as busy, since nobody here could use it."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK, sum(fields) / TICK


def udp_drops():
    """Datagrams that this network namespace's sockets had no room for."""
    rows = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Udp:")]
    return int(dict(zip(rows[0], rows[1]))["RcvbufErrors"])


def bytes_below(directory):
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size
            except FileNotFoundError:
                pass  # renamed meanwhile
    return total


def allocation_count(counter_file):
    slots = array("Q")
    with open(counter_file, "rb") as file:
        slots.frombytes(file.read())
    return sum(slots)


@dataclass
class Sample:
    time: float
    server_cpu: float
    publisher_cpu: float
    busy: float
    machine: float
    drops: int
    recorded: int
    allocations: int
    packets: int

    @classmethod
    def take(cls, server, publisher_pid):
        packets = server.packets_in()
        busy, machine = machine_seconds()
        return cls(
            time=time.monotonic(), server_cpu=cpu_seconds(server.pid), publisher_cpu=cpu_seconds(publisher_pid),
            busy=busy, machine=machine, drops=udp_drops(), recorded=bytes_below(server.records),
            allocations=allocation_count(server.counter_file), packets=packets)
