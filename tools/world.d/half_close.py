"""A client that closes one direction at a time, in the clear or in TLS.

usage: half_close.py echo PORT      sends, half-closes, and only then expects the same bytes back
       half_close.py discard PORT   waits until the server half-closed, and only then sends

Ports from 4000 on are TLS. Prints the SHA-256 of what it sent and of what it received, a line each.
"""

import hashlib
import socket
import ssl
import sys

from talkers import Plain, Secured

DATA = bytes(range(256)) * 400


def main(service, port):
    host = service + ".wiretape.test"
    connection = socket.create_connection((host, int(port)), timeout=20)
    secured = int(port) >= 4000
    peer = Secured(connection, ssl.create_default_context(), host) if secured else Plain(connection)
    if service == "echo":
        peer.send(DATA)
        peer.end()
        received = peer.receive_all()
    else:
        received = peer.receive_all()
        peer.send(DATA)
        peer.end()
    connection.close()
    print(hashlib.sha256(DATA).hexdigest())
    print(hashlib.sha256(received).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
