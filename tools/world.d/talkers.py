"""Servers that use TCP and TLS in the ways that break careless relays.

    mail.wiretape.test:25         speaks first, then a few words of SMTP
    echo.wiretape.test:7, 4007    sends back what it got, but only after the client half-closed
    discard.wiretape.test:9, 4009 greets and half-closes, then logs the SHA-256 of what it still gets
    reset.wiretape.test:80, 443   resets the connection after half an answer

The second port of each is TLS. Listeners are bound before the program goes into the background.
"""

import hashlib
import os
import socket
import ssl
import struct
import threading

CERTIFICATES = "/run/world/certificates/"
DISCARD_LOG = "/run/world/log/discard"


def main():
    listeners = [
        (listen("203.0.113.40", 25), None, talk_mail),
        (listen("203.0.113.32", 7), None, talk_echo),
        (listen("203.0.113.32", 4007), "ecdsa", talk_echo),
        (listen("203.0.113.33", 9), None, talk_discard),
        (listen("203.0.113.33", 4009), "ecdsa", talk_discard),
        (listen("203.0.113.31", 80), None, talk_reset),
        (listen("203.0.113.31", 443), "rsa", talk_reset),
    ]
    if os.fork() == 0:
        for listener, certificate, talk in listeners:
            threading.Thread(target=serve, args=(listener, certificate, talk)).start()


def listen(address, port):
    return socket.create_server((address, port), backlog=64)


def serve(listener, certificate, talk):
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES + certificate + ".pem", CERTIFICATES + certificate + ".key")
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=converse, args=(connection, context, talk), daemon=True).start()


def converse(connection, context, talk):
    try:
        talk(Plain(connection) if context is None else Secured(connection, context))
    except (OSError, ssl.SSLError):
        pass
    finally:
        connection.close()


def talk_mail(peer):
    peer.send(b"220 mail.wiretape.test ready\r\n")
    for line in peer.lines():
        word = line.split()[:1]
        if word == [b"QUIT"]:
            peer.send(b"221 bye\r\n")
            return
        peer.send(b"250 mail.wiretape.test\r\n" if word in ([b"EHLO"], [b"HELO"]) else b"502 no\r\n")


def talk_echo(peer):
    peer.send(peer.receive_all())
    peer.end()


def talk_discard(peer):
    peer.send(b"speak\n")
    peer.end()
    digest = hashlib.sha256(peer.receive_all()).hexdigest()
    with open(DISCARD_LOG, "a") as log:
        log.write(digest + "\n")


def talk_reset(peer):
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly a part")
    peer.receive_nothing_for(0.2)
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Plain:
    """A connection in the clear."""

    def __init__(self, connection):
        self.socket = connection

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        return self.socket.recv(65536)

    def end(self):
        self.socket.shutdown(socket.SHUT_WR)

    def receive_all(self):
        return b"".join(iter(self.receive, b""))

    def receive_nothing_for(self, seconds):
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1)
        except TimeoutError:
            pass

    def lines(self):
        rest = b""
        while data := self.receive():
            *lines, rest = (rest + data).split(b"\n")
            yield from lines


class Secured(Plain):
    """A connection in TLS that can be closed one direction at a time, which SSLSocket cannot do."""

    def __init__(self, connection, context, host=None):
        super().__init__(connection)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        # Who names a host is the client.
        self.tls = context.wrap_bio(self.incoming, self.outgoing, host is None, host)
        self.drive(self.tls.do_handshake)

    def send(self, data):
        self.drive(lambda: self.tls.write(data))

    def receive(self):
        try:
            return self.drive(lambda: self.tls.read(65536))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def end(self):
        try:
            self.tls.unwrap()
        except (ssl.SSLWantReadError, ssl.SSLSyscallError):
            pass
        self.flush()

    def drive(self, step):
        while True:
            try:
                result = step()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.socket.recv(65536)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def flush(self):
        if self.outgoing.pending:
            self.socket.sendall(self.outgoing.read())


if __name__ == "__main__":
    main()
