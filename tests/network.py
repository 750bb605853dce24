"""Hosts in network namespaces of their own, each on a wire to one switch: one can be cut off without a word.

The namespaces, and the wires with them, are gone once this process is, in whatever way it ends.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CLONE_NEWNET = 0x40000000
HOLDING = ("unshare", "--net", "sh", "-c", "echo; cat")
SERVER = 0  # the number of the host on which the database is, and all that is polled
POLLED = "10.78"  # every address below it is one of the server's
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def unavailable() -> str:
    """Why there can be no namespaces here; empty where there can."""
    if missing := [name for name in ("ip", "unshare") if not shutil.which(name)]:
        return f"network namespaces need {' and '.join(missing)}"
    tried = subprocess.run([*HOLDING[:2], "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip()


class Namespace:
    """A network of its own, that of a process which does nothing."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(HOLDING, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.process.stdout.readline()  # it is in there by now
        self.run("link", "set", "lo", "up")

    def run(self, *words: str) -> None:
        """One command of `ip`."""
        with self.inside():
            subprocess.run(["ip", *words], check=True, capture_output=True)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that this thread makes meanwhile are of this network, and so are processes and threads."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/proc/{self.process.pid}/ns/net", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def close(self) -> None:
        self.process.communicate()


def _enter(namespace: int) -> None:
    """Python knows setns from 3.12 on."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """A switch, the server, and so many hosts beside it, by number from 1 on."""

    def __init__(self, hosts: int) -> None:
        self.switch = Namespace()
        self.hosts = [Namespace() for _ in range(1 + hosts)]
        with self.switch.inside():
            FORWARDING.write_text("1")
        for number in range(1 + hosts):
            self._wire(number)
        self.hosts[SERVER].run("route", "add", "local", f"{POLLED}.0.0/16", "dev", "lo")
        self.switch.run("route", "add", f"{POLLED}.0.0/16", "via", address(SERVER))

    def _wire(self, number: int) -> None:
        host, port = self.hosts[number], f"port{number}"
        there = str(host.process.pid)
        self.switch.run("link", "add", port, "type", "veth", "peer", "name", "wire", "netns", there)
        self.switch.run("address", "add", f"10.77.{number}.1/24", "dev", port)
        self.switch.run("link", "set", port, "up")
        host.run("address", "add", f"{address(number)}/24", "dev", "wire")
        host.run("link", "set", "wire", "up")
        host.run("route", "add", "default", "via", f"10.77.{number}.1")

    def cut_off(self, number: int) -> None:
        """Nothing reaches this host, nor comes from it."""
        self.switch.run("link", "set", f"port{number}", "down")

    def mend(self, number: int) -> None:
        self.switch.run("link", "set", f"port{number}", "up")

    def hide_the_database(self, number: int) -> None:
        """This host reaches all but the database; neither of the two is told."""
        for rule in self._hidden(number):
            self.switch.run("rule", "add", *rule)

    def show_the_database(self, number: int) -> None:
        for rule in self._hidden(number):
            self.switch.run("rule", "del", *rule)

    def _hidden(self, number: int) -> list[list[str]]:
        there = f"iif port{number} to {address(SERVER)} blackhole"
        back = f"iif port{SERVER} from {address(SERVER)} to {address(number)} blackhole"
        return [there.split(), back.split()]

    def close(self) -> None:
        for one in (*self.hosts, self.switch):
            one.close()


def address(number: int) -> str:
    """Where a host is reached; what the server serves to be polled has addresses of its own."""
    return f"10.77.{number}.2"


@contextmanager
def network(hosts: int) -> Iterator[Network]:
    """A network that is gone at the end."""
    made = Network(hosts)
    try:
        yield made
    finally:
        with suppress(OSError):
            made.close()
