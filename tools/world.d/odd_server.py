"""An HTTP/1.1 server whose answers are framed in rare but legal ways, at odd.wiretape.test port 80.

    /echo          what was sent: method, length and SHA-256 of the body, as JSON
    /chunked       three chunks, with an extension and a trailer field
    /until-close   no length: the body ends with the connection
    /early-hints   103, then 200
    /deflate       the zlib form of the deflate content coding
    /raw-deflate   the same without its wrapper, as some servers send it
    /nothing       204
    /not-modified  304 with a Content-Length that no body follows
    /cut           announces 1000 bytes, sends 10 and closes
    /slow          ten bytes, one each 50 ms
"""

import hashlib
import json
import os
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = ("203.0.113.15", 80)
TEXT = b"a body that says nothing in particular, twice; " * 2


class OddHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "odd"
    sys_version = ""

    def do_GET(self):
        name = self.path.split("?")[0].strip("/").replace("-", "_")
        answer = getattr(self, "answer_" + name, None)
        if answer is None:
            self.send_error(404)
        else:
            answer()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def answer_echo(self):
        body = self.read_body()
        answer = {
            "method": self.command,
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        self.send_whole(json.dumps(answer).encode() + b"\n", ("Content-Type", "application/json"))

    def answer_chunked(self):
        self.send_head(200, ("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum"))
        if self.command != "HEAD":
            self.send_text("5;note=first\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 11\r\n\r\n")

    def answer_until_close(self):
        self.send_head(200, ("Connection", "close"))
        self.wfile.write(TEXT)
        self.close_connection = True

    def answer_early_hints(self):
        self.send_text("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        self.send_whole(TEXT)

    def answer_deflate(self):
        self.send_whole(zlib.compress(TEXT), ("Content-Encoding", "deflate"))

    def answer_raw_deflate(self):
        packer = zlib.compressobj(wbits=-15)
        self.send_whole(packer.compress(TEXT) + packer.flush(), ("Content-Encoding", "deflate"))

    def answer_nothing(self):
        self.send_head(204)

    def answer_not_modified(self):
        self.send_head(304, ("Content-Length", "1000"))

    def answer_cut(self):
        self.send_head(200, ("Content-Length", "1000"))
        self.wfile.write(TEXT[:10])
        self.close_connection = True

    def answer_slow(self):
        self.send_head(200, ("Content-Length", "10"))
        for digit in b"0123456789":
            self.wfile.write(bytes([digit]))
            self.wfile.flush()
            time.sleep(0.05)

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass
        return body

    def send_whole(self, body, *fields):
        self.send_head(200, ("Content-Length", str(len(body))), *fields)
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_head(self, status, *fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()

    def send_text(self, text):
        self.wfile.write(text.encode("ascii"))

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(ADDRESS, OddHandler)
    if os.fork() == 0:
        server.serve_forever()


if __name__ == "__main__":
    main()
