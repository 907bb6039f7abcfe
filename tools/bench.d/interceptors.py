"""The programs under test, each with one way to run a client through it and say what that cost."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import processes

CLIENT_UID = 1000
WORKPLACE = Path("/run/world/bench")
CLIENTS = WORKPLACE / "clients"
RECORDING = WORKPLACE / "recording.pcap"


@dataclass
class Cost:
    """What one run cost the intercepting program."""

    cpu_seconds: float
    peak_kib: int
    wall_seconds: float
    output: str
    recorded_bytes: int


def as_client(command):
    uid = str(CLIENT_UID)
    return ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--inh-caps=-all", "--", *command]


def around(name, url, command):
    """The client command in its measuring frame, and where that writes its figures."""
    result = WORKPLACE / "figures.json"
    result.unlink(missing_ok=True)
    frame = ["/usr/bin/python3", str(CLIENTS / "around.py"), name, str(result), url]
    return [*frame, *map(str, command)], result


def cost(result, final):
    """Adds up the processes; `final` has the CPU seconds of those still there at the very end."""
    figures = json.loads(result.read_text())
    if figures["status"] != 0:
        raise SystemExit(f"bench: error: the client failed with status {figures['status']}")
    spent = 0.0
    for pid, before in figures["before"].items():
        after = figures["after"].get(pid, before)
        spent += final.get(int(pid), after["cpu"]) - before["cpu"]
    peak = max((item["peak"] for item in figures["after"].values()), default=0)
    recorded = RECORDING.stat().st_size if RECORDING.exists() else 0
    return Cost(spent, peak, figures["wall"], figures["output"], recorded)


class Relay:
    """`relay run` as an ordinary user; it ends with the client, the recording closed."""

    name = "relay"

    def run(self, url, command, recording=True, keep=False):
        framed, result = around(self.name, url, command)
        options = ["--write", str(RECORDING), "--force"] if recording else ["--no-record"]
        process = subprocess.Popen(as_client([self.name, "run", "--quiet", *options, "--", *framed]))
        # The process stays a zombie, its figures readable, until it is waited for.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        final = {process.pid: processes.cpu_seconds(process.pid)}
        if process.wait() != 0:
            raise SystemExit(f"bench: error: relay ended with status {process.returncode}")
        answer = cost(result, final)
        if not keep:
            RECORDING.unlink(missing_ok=True)
        return answer


class Sslsplit:
    """sslsplit behind a redirection of the client user's connections, as its manual shows."""

    name = "sslsplit"

    def run(self, url, command, recording=True):
        framed, result = around(self.name, url, command)
        with self.started(recording), redirection():
            client = subprocess.run(as_client(framed))
            await_recorded()
            if client.returncode != 0:
                raise SystemExit(f"bench: error: the client failed with status {client.returncode}")
            answer = cost(result, {pid: processes.cpu_seconds(pid) for pid in processes.find(self.name)})
        RECORDING.unlink(missing_ok=True)
        return answer

    @contextlib.contextmanager
    def started(self, recording):
        authority = "/run/world/certificates/authority"
        command = ["sslsplit", "-u", "root", "-k", authority + ".key", "-c", authority + ".pem"]
        command += ["-X", str(RECORDING)] if recording else []
        # Not its "https", which makes servers close after each answer.
        command += ["ssl", "127.0.0.1", "8443"]
        log = open(WORKPLACE / "sslsplit.log", "w")
        # It works in a child of the process that was started; both are in a group of their own.
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            await_listener(8443)
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            await_end(self.name)


@contextlib.contextmanager
def redirection():
    rules = f"""
        table ip bench {{
          chain output {{
            type nat hook output priority -100
            meta skuid {CLIENT_UID} tcp dport 443 redirect to :8443
          }}
        }}"""
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "ip", "bench"], check=True)


def await_end(name):
    while processes.find(name):
        time.sleep(0.02)


def await_recorded():
    """Until a program that writes behind has written all: nothing more comes for half a second."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(0.05)
        now = RECORDING.stat().st_size if RECORDING.exists() else 0
        if now != size:
            size, since = now, time.monotonic()


def await_listener(port):
    """Looks into the kernel's table rather than connect, which the program would count as a client."""
    wanted = f":{port:04X} 00000000:0000 0A"
    for _ in range(200):
        if wanted in Path("/proc/net/tcp").read_text():
            return
        time.sleep(0.02)
    raise SystemExit(f"bench: error: nothing listens on port {port}")
