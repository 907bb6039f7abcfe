"""What was seen in a capture, in one form for both sides of the comparison."""

from dataclasses import dataclass, field

# The lists that are compared, in the order of reports.
LISTS = (
    "tcp", "http1-requests", "http1-responses", "h2-requests", "h2-responses", "websocket", "dns", "tls",
)  # fmt: skip


@dataclass
class Item:
    """One message, or one TCP connection."""

    list: str
    # Both ends, whoever is the client; None where only one side of the comparison knows them.
    connection: object
    # Where it stands, for people and explanations: a frame, a stream, a packet.
    place: str
    # What tells it from its neighbours; items with unlike identities are different things.
    identity: tuple
    # What is compared once the identities agree.
    facts: dict = field(default_factory=dict)
    # Whether it was seen to its end; an incomplete one may be missing on the other side.
    complete: bool = True
    # Of replay's items: the session's number.
    session: int | None = None

    def text(self):
        return " ".join("-" if part is None else str(part) for part in self.identity)


@dataclass
class Difference:
    file: str
    list: str
    place: str
    what: str
    explained: str | None = None


def connection(one, other):
    """The key of a connection between two endpoints written ADDR:PORT; None where they are not known."""
    if not one or not other or one.startswith(":"):
        return None
    return tuple(sorted((one, other)))
