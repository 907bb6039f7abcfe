"""What tshark saw: reads DIR/oracle/FILE.json.

A stream with holes or reordering has its messages twice: as seen with out-of-order reassembly, which stops at a hole that
is never filled, and without it.
"""

import json

import names
from seen import Item, connection


def read(path):
    """Two lists of items: the main one, and the one without out-of-order reassembly (None where they do not differ)."""
    document = json.loads(path.read_text())
    ends = {stream["stream"]: connection(stream.get("a"), stream.get("b")) for stream in document["tcp"]}
    tcp = list(tcp_items(document))
    main = tcp + messages(document, ends)
    other = document.get("no_ooo")
    return main, tcp + messages(other, ends) if other else None


def messages(lists, ends):
    return [
        *http1_items(lists["http1"], ends),
        *http2_items(lists["http2"], ends),
        *websocket_items(lists["websocket"], ends),
        *dns_items(lists["dns"], ends),
        *tls_items(lists["tls"], ends),
    ]


def tcp_items(document):
    for stream in document["tcp"]:
        if "a_len" not in stream:
            continue
        facts = {stream[side]: (stream[f"{side}_len"], stream[f"{side}_sha256"]) for side in "ab"}
        yield Item(
            "tcp", connection(stream["a"], stream["b"]), f"stream {stream['stream']}", (), facts,
            # Nothing was said in it: replay may list no session.
            complete=any(length for length, _ in facts.values()),
        )  # fmt: skip


def http1_items(http, ends):
    for request in http["requests"]:
        yield Item(
            "http1-requests", ends.get(request["stream"]), f"frame {request['frame']}",
            (names.theirs(request["method"]), names.theirs(request["uri"])),
            {
                "host": names.theirs(request["host"]),
                "version": (request["version"] or "").removeprefix("HTTP/"),
                "body": body(request),
            },
        )  # fmt: skip
    for response in http["responses"]:
        yield Item(
            "http1-responses", ends.get(response["stream"]), f"frame {response['frame']}",
            (response["status"],),
            {"version": (response["version"] or "").removeprefix("HTTP/"), "body": body(response)},
        )  # fmt: skip


def body(message):
    return (message.get("body_len", 0), message.get("body_sha256"))


def http2_items(http, ends):
    for request in http["requests"]:
        # A promise's own stream is not told, only the stream on which it was made.
        yield Item(
            "h2-requests", ends.get(request["stream"]), f"frame {request['frame']}",
            (
                "promised" if request["pushed"] else request["h2"], names.theirs(request["method"]),
                names.theirs(request["authority"]), names.theirs(request["path"]),
            ),
        )  # fmt: skip
    for response in http["responses"]:
        yield Item(
            "h2-responses", ends.get(response["stream"]), f"frame {response['frame']}",
            (response["h2"], response["status"]),
        )  # fmt: skip


def websocket_items(websocket, ends):
    """Frames become messages, as replay tells of them (RFC 6455 §5.4)."""
    open_messages = {}
    for frame in websocket["frames"]:
        # Only clients mask, but not all do (RFC 6455 §5.1): no mask tells nothing.
        facts = {"from": "client"} if frame["masked"] else {}
        sender = (frame["stream"], frame["masked"])
        message = open_messages.pop(sender, None) if frame["opcode"] == 0 else None
        message = message or {"opcode": frame["opcode"], "length": 0, "fragments": 0}
        message["length"] += frame["len"]
        message["fragments"] += 1
        if not frame["fin"]:
            open_messages[sender] = message
            continue
        yield Item(
            "websocket", ends.get(frame["stream"]), f"frame {frame['frame']}", (message["opcode"], message["length"]),
            facts | {"fragments": message["fragments"]},
        )  # fmt: skip


def dns_items(messages, ends):
    for message in messages:
        over_tcp = message["transport"] == "tcp"
        questions = tuple((names.dns_name(name), kind, number) for name, kind, number in message["qd"])
        # tshark writes `<Name too long>` and the like for names that it cannot read.
        is_readable = not message.get("malformed") and not any(name.startswith("<") for name, _, _ in questions)
        facts = {}
        if is_readable:
            facts = {
                "rcode": message["rcode"], "answers": message["an"], "authority": message["ns"],
                "additional": message["ar"],
                "records": sorted([names.dns_name(name), kind] for name, kind in message["rrs"]),
            }  # fmt: skip
        yield Item(
            "dns", ends.get(message["stream"]) if over_tcp else None, f"frame {message['frame']}",
            (message["id"], message["qr"], message["opcode"], questions), facts,
            complete=is_readable,
        )  # fmt: skip


def tls_items(hellos, ends):
    for hello in hellos:
        end = ends.get(hello["stream"])
        # A hello inside QUIC has no TCP connection; replay reads no QUIC.
        if end is None:
            continue
        if hello["type"] == "client_hello":
            identity = ("client", names.theirs(hello["sni"]), hello["ja3"])
            facts = {"ja4": hello["ja4"]} if "ja4" in hello else {}
        else:
            identity, facts = ("server", hello["ja3s"]), {}
        yield Item("tls", end, f"frame {hello['frame']}", identity, facts)
