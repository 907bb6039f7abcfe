"""The programs that serve a whole host behind one set of rules, on the application host of the world."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import processes
from interceptors import RECORDING, WORKPLACE, as_client, around, await_end, await_listener, await_recorded, cost

PLAIN_PORT, TLS_PORT, DNS_PORT = 51080, 51443, 51053
RESOLVER = "8.8.8.8"
NAMESERVER = "203.0.113.53"
RECORDINGS = WORKPLACE / "recordings"
AUTHORITY = Path("/run/world/certificates/authority")
CHILD_PATIENCE = 60


class ServedRelay:
    """`relay serve` as root; it ends by SIGTERM, its recordings closed."""

    name = "relay"

    def run(self, url, command, keep=False):
        framed, result = around(self.name, url, command)
        with redirection(), self.started() as process:
            run_client(framed)
            final = self.ended(process)
            answer = cost(result, final)
        answer.recorded_bytes = sum(file.stat().st_size for file in RECORDINGS.glob("*.pcap"))
        if not keep:
            shutil.rmtree(RECORDINGS)
        return answer

    @contextlib.contextmanager
    def started(self):
        """Runs it until it says that it is ready; kills it at the latest in the end."""
        shutil.rmtree(RECORDINGS, ignore_errors=True)
        key = WORKPLACE / "authority.key"
        shutil.copy(AUTHORITY.with_suffix(".key"), key)
        key.chmod(0o600)
        command = [self.name, "serve", "--write", RECORDINGS, "--nameserver", NAMESERVER]
        command += ["--ca-cert", AUTHORITY.with_suffix(".pem"), "--ca-key", key]
        with notifications() as (notices, environment), open(WORKPLACE / "relay.log", "w") as log:
            process = subprocess.Popen(list(map(str, command)), stderr=log, env=os.environ | environment)
            try:
                await_readiness(notices, process)
                yield process
            finally:
                if process.returncode is None:
                    process.kill()
                    process.wait()

    def ended(self, process):
        """Ends it, and returns the CPU seconds that it took in all."""
        process.terminate()
        # The process stays a zombie, its figures readable, until it is waited for.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        final = {process.pid: processes.cpu_seconds(process.pid)}
        if process.wait() != 0:
            raise SystemExit(f"bench: error: relay ended with status {process.returncode}")
        return final


class ServedSslsplit:
    """sslsplit on the same ports; it relays no DNS."""

    name = "sslsplit"

    def run(self, url, command, keep=False):
        framed, result = around(self.name, url, command)
        with redirection(), self.started():
            run_client(framed)
            await_recorded()
            answer = cost(result, {pid: processes.cpu_seconds(pid) for pid in processes.find(self.name)})
        if not keep:
            RECORDING.unlink(missing_ok=True)
        return answer

    @contextlib.contextmanager
    def started(self):
        command = ["sslsplit", "-u", "root", "-k", f"{AUTHORITY}.key", "-c", f"{AUTHORITY}.pem"]
        command += ["-X", str(RECORDING)]
        # Not its "https" and "http", which make servers close after each answer.
        command += ["ssl", "127.0.0.1", str(TLS_PORT), "netfilter"]
        command += ["tcp", "127.0.0.1", str(PLAIN_PORT), "netfilter"]
        with open(WORKPLACE / "sslsplit.log", "w") as log:
            # It works in a child of the process that was started; both are in a group of their own.
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            try:
                await_listener(TLS_PORT)
                await_listener(PLAIN_PORT)
                yield process
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                await_end(self.name)


class Direct:
    """Nothing in between: the cost is that of the server itself."""

    def __init__(self, server="nginx"):
        self.server = server
        self.name = f"{server} itself"

    def run(self, url, command, keep=False):
        framed, result = around(self.server, url, command)
        run_client(framed)
        return cost(result, {})


@contextlib.contextmanager
def redirection():
    """The rules that administrators set by hand, for both programs."""
    rules = [
        f"-p tcp -d 0.0.0.0/0 --dport 80 -j REDIRECT --to-port {PLAIN_PORT}",
        f"-p tcp -d 0.0.0.0/0 --dport 443 -j REDIRECT --to-port {TLS_PORT}",
        f"-p udp -d {RESOLVER} --dport 53 -j REDIRECT --to-port {DNS_PORT}",
    ]
    for rule in rules:
        iptables("-A", "OUTPUT", *rule.split(), "-m", "owner", "!", "--uid-owner", "root")
    try:
        yield
    finally:
        iptables("-F", "OUTPUT")


def iptables(*words):
    subprocess.run(["iptables", "-t", "nat", *words], check=True)


def run_client(framed):
    client = subprocess.run(as_client(framed))
    if client.returncode != 0:
        raise SystemExit(f"bench: error: the client failed with status {client.returncode}")


@contextlib.contextmanager
def notifications():
    """A socket for what a service tells its manager, and the environment that names it."""
    path = WORKPLACE / "notify"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.bind(str(path))
        path.chmod(0o666)
        notices.settimeout(0.1)
        yield notices, {"NOTIFY_SOCKET": str(path)}


def await_readiness(notices, process):
    for _ in range(CHILD_PATIENCE * 10):
        with contextlib.suppress(TimeoutError):
            if b"READY=1" in notices.recv(4096).split(b"\n"):
                return
        if process.poll() is not None:
            break
    raise SystemExit("bench: error: relay is not ready:\n" + (WORKPLACE / "relay.log").read_text())
