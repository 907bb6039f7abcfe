"""What `replay` reads: runs it, and brings its lines into the form of the comparison."""

import base64
import hashlib
import json
import subprocess

import names
from seen import Item, connection

WEBSOCKET_OPCODES = {"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}


# Findings that say that a DNS message could not be read to its end.
DNS_CUT = {"dns.message-truncated", "dns.record-truncated"}


class Failed(Exception):
    """replay could not read the capture at all, or (`is_fault`) hung or crashed."""

    def __init__(self, message, is_fault):
        super().__init__(message)
        self.is_fault = is_fault


def read(program, capture, seconds):
    """Items, and what replay said on standard error."""
    sessions, words = lines([program, "list", "--json", capture], seconds)
    exchanges, _ = lines([program, "exchanges", capture], seconds)
    items = [item for session in sessions if session["transport"] == "tcp" for item in tcp_items(session)]
    upgraded = {line["session"] for line in exchanges if is_upgrade(line)}
    for line in exchanges:
        items += exchange_items(line, upgraded)
    return items, words


def lines(command, seconds):
    try:
        run = subprocess.run(list(map(str, command)), capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"'{command[1]}' takes longer than {seconds:g} s", True) from None
    words = run.stderr.decode("utf8", "replace").strip()
    if run.returncode not in (0, 2):
        raise Failed(f"'{command[1]}' ended with status {run.returncode}: {words[-200:]}", True)
    if run.returncode == 2 and not run.stdout:
        raise Failed(words.splitlines()[0] if words else "nothing could be read", False)
    return [json.loads(line) for line in run.stdout.splitlines()], words


def ends(line):
    return connection(line["client"], line["server"])


def tcp_items(session):
    facts = {
        session[side]: (session[f"{side}_bytes"], session[f"{side}_sha256"] if session[f"{side}_bytes"] else None)
        for side in ("client", "server")
    }
    yield Item(
        "tcp", ends(session), f"packet {session['first_packet']}", (), facts,
        complete=any(length for length, _ in facts.values()), session=session["session"],
    )  # fmt: skip


def beginnings(program, capture, seconds):
    """Of every direction, by (session, endpoint), its (length, digest) up to each hole."""
    events, _ = lines([program, "events", capture], seconds)
    ends_of, digests, found = {}, {}, {}
    for event in events:
        session = event["session"]
        if event["event"] == "opened":
            ends_of[session] = {side: event[side] for side in ("client", "server")}
        if event["event"] not in ("bytes", "gap"):
            continue
        key = session, ends_of[session][event["from"]]
        digest, length = digests.get(key) or (hashlib.sha256(), 0)
        if event["event"] == "gap":
            found.setdefault(key, set()).add((length, digest.hexdigest() if length else None))
        else:
            digest.update(base64.b64decode(event["data"]))
            length += event["length"]
        digests[key] = digest, length
    return found


def is_upgrade(line):
    return line["protocol"] == "http/1" and (line["response"] or {}).get("status") == 101


def exchange_items(line, upgraded):
    protocol = line["protocol"]
    if protocol == "http/1":
        return http1_items(line)
    if protocol == "h2":
        return http2_items(line, line["session"] in upgraded)
    if protocol == "dns":
        return dns_items(line)
    if "message" in line and protocol == "websocket":
        return websocket_items(line)
    if line.get("hello"):
        return tls_items(line)
    return []


def http1_items(line):
    place = f"packet {line['packet']}"
    if request := line["request"]:
        host = next((value for name, value in request["headers"] if name.lower() == "host"), None)
        yield Item(
            "http1-requests", ends(line), place, (names.ours(request["method"]), names.ours(request["target"])),
            {"host": names.ours(host), "version": request["version"], "body": body(request)}, request["complete"],
        )  # fmt: skip
    for response in [*line["interim"], line["response"]]:
        if response:
            yield Item(
                "http1-responses", ends(line), place, (response["status"],),
                {"version": response["version"], "body": body(response)}, response["complete"],
            )  # fmt: skip


def body(message):
    """Length and digest as tshark tells them: decoded where that is possible."""
    body = message["body"]
    kind = "length" if body["decoded_length"] is None else "decoded_length"
    length, digest = body[kind], body[kind.replace("length", "sha256")]
    return (length, digest if length else None)


def http2_items(line, upgraded):
    place = f"packet {line['packet']}"
    request = line["request"]
    # The request that asked for the upgrade is told as HTTP/1, too.
    if request and request["method"] and not (upgraded and line["stream"] == 1):
        yield Item(
            "h2-requests", ends(line), place,
            (
                line["stream"] if line["stream"] % 2 else "promised", names.ours(request["method"]),
                names.ours(request["authority"]), names.ours(request["target"]),
            ),
            {}, request["complete"],
        )  # fmt: skip
    for response in [*line["interim"], line["response"]]:
        if response:
            yield Item(
                "h2-responses", ends(line), place, (line["stream"], response["status"]), {}, response["complete"]
            )


def websocket_items(line):
    message = line["message"]
    opcode = message["opcode"]
    opcode = WEBSOCKET_OPCODES.get(opcode, opcode)
    yield Item(
        "websocket", ends(line), f"packet {line['packet']}", (opcode, message["length"]),
        {"from": message["from"], "fragments": message["fragments"]}, message["complete"],
    )  # fmt: skip


def dns_items(line):
    over_tcp = line["transport"] == "tcp"
    for is_response, message in enumerate((line["query"], line["response"])):
        if message is None:
            continue
        sections = [message.get(name) or [] for name in ("answers", "authority", "additional")]
        records = as_tshark_lists(record for section in sections for record in section)
        has_options = message["edns"] is not None
        if has_options:
            records.append(["", 41])
        is_cut = any(finding["code"] in DNS_CUT for finding in line["findings"])
        facts = {"rcode": rcode(message) if is_response else None}
        if not is_cut:
            facts |= {
                "answers": len(sections[0]), "authority": len(sections[1]), "additional": len(sections[2]) + has_options,
                "records": sorted(records),
            }  # fmt: skip
        yield Item(
            "dns", ends(line) if over_tcp else None, f"packet {line['packet']}",
            (
                message["id"], is_response, names.number(names.DNS_OPCODES, message["opcode"]),
                tuple(
                    (names.dns_name(question["name"]), dns_type(question),
                     names.number(names.DNS_CLASSES, question["class"]))
                    for question in message["questions"]
                ),
            ),
            facts, complete=not is_cut,
        )  # fmt: skip


def as_tshark_lists(records):
    """Names and types, sorted; but tshark shows no name of an SRV record, and has an NSEC record's types for its own."""
    listed = []
    for record in records:
        kind = dns_type(record)
        if kind == 33:
            if listed:
                listed[-1][1] = kind
        elif kind in (47, 50) and record["data"].split()[1:]:
            listed.append([names.dns_name(record["name"]), names.number(names.DNS_TYPES, record["data"].split()[-1])])
        else:
            listed.append([names.dns_name(record["name"]), kind])
    return listed


def dns_type(record):
    return names.number(names.DNS_TYPES, record["type"])


def rcode(message):
    """The header's four bits, all that tshark tells; replay adds EDNS's upper ones (RFC 6891 §6.1.3)."""
    return names.number(names.DNS_RCODES, message["rcode"]) & 15


def tls_items(line):
    """Hellos; what has no fingerprint is none that tshark lists: of SSL 2, or only what was seen of a handshake."""
    hello = line["hello"]
    place = f"packet {line['packet']}"
    if hello["from"] == "client":
        identity, facts = ("client", names.ours(hello["sni"]), hello["ja3"]), {"ja4": hello["ja4"]}
    else:
        identity, facts = ("server", hello["ja3s"]), {}
    yield Item("tls", ends(line), place, identity, facts, complete=identity[-1] is not None)
