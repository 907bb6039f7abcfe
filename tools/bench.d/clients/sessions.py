"""TLS clients that wrk and curl cannot stand in for.

usage: sessions.py handshakes HOST COUNT     full handshakes, each closed at once
       sessions.py idle HOST COUNT NAME      opens sessions, one request each, holds them all; prints
                                             by how many KiB the processes called NAME grew
       sessions.py stall HOST PATH SECONDS   asks for PATH, reads 1 MiB, then reads no more
"""

import functools
import resource
import socket
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import processes  # noqa: E402

# How many connect at a time, against delays that cost no CPU.
CLIENTS = 4


def handshakes(host, count):
    context = ssl.create_default_context()
    address_of(host)
    with ThreadPoolExecutor(CLIENTS) as clients:
        for session in clients.map(lambda _: connect(host, context), range(int(count))):
            session.close()


def idle(host, count, name):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    context = ssl.create_default_context()
    address_of(host)
    before = resident(name)
    with ThreadPoolExecutor(CLIENTS) as clients:
        sessions = list(clients.map(lambda _: used_once(host, context), range(int(count))))
    time.sleep(2)
    print(resident(name) - before)
    for session in sessions:
        session.close()


def used_once(host, context):
    session = connect(host, context)
    ask(session, host, "/answer.json")
    session.recv(65536)
    return session


def stall(host, path, seconds):
    session = connect(host, ssl.create_default_context())
    ask(session, host, path)
    received = 0
    while received < 1 << 20:
        received += len(session.recv(65536))
    time.sleep(float(seconds))


def connect(host, context):
    connection = socket.create_connection((address_of(host), 443), timeout=60)
    return context.wrap_socket(connection, server_hostname=host)


@functools.cache
def address_of(host):
    """Asked for once: only one of the programs relays DNS."""
    return socket.gethostbyname(host)


def ask(session, host, path):
    session.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())


def resident(name):
    return sum(processes.memory_kib(pid, "VmRSS") for pid in processes.find(name))


if __name__ == "__main__":
    {"handshakes": handshakes, "idle": idle, "stall": stall}[sys.argv[1]](*sys.argv[2:])
