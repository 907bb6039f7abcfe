"""Brings the two spellings of names, numbers and bytes together."""

import re

# IANA's numbers of DNS types and classes, as far as captures have them; replay writes others as TYPE65280 (RFC 3597).
DNS_TYPES = {
    name: number
    for number, name in enumerate(
        "A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG KEY PX GPOS "
        "AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID "
        "NSEC3 NSEC3PARAM TLSA SMIMEA".split(),
        start=1,
    )
} | {
    "HIP": 55, "NINFO": 56, "RKEY": 57, "TALINK": 58, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62,
    "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99, "UINFO": 100, "UID": 101, "GID": 102, "UNSPEC": 103, "NID": 104,
    "L32": 105, "L64": 106, "LP": 107, "EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252,
    "MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257, "AVC": 258, "DOA": 259, "AMTRELAY": 260,
    "TA": 32768, "DLV": 32769,
}  # fmt: skip
DNS_CLASSES = {"IN": 1, "CS": 2, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255}
DNS_OPCODES = {"QUERY": 0, "IQUERY": 1, "STATUS": 2, "NOTIFY": 4, "UPDATE": 5, "DSO": 6}
DNS_RCODES = {
    name: number
    for number, name in enumerate(
        "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI".split()
    )
} | {
    "BADVERS": 16, "BADKEY": 17, "BADTIME": 18, "BADMODE": 19, "BADNAME": 20, "BADALG": 21, "BADTRUNC": 22,
    "BADCOOKIE": 23,
}  # fmt: skip


def number(table, mnemonic):
    """The number of a mnemonic; None where there is none."""
    if mnemonic in table:
        return table[mnemonic]
    digits = re.search(r"(\d+)$", mnemonic or "")
    return int(digits.group(1)) if digits else None


def plain_bytes(text):
    """The bytes behind a text in which replay escaped those that are no UTF-8 as \\xNN."""
    if text is None:
        return None
    parts = re.split(r"\\x([0-9a-f]{2})", text)
    return b"".join(
        bytes.fromhex(part) if index % 2 else part.encode("utf8", "surrogatepass") for index, part in enumerate(parts)
    )


def ours(text):
    """A text of replay in the form that both sides come to."""
    data = plain_bytes(text)
    return None if data is None else theirs(data.decode("utf8", "replace"))


def theirs(text):
    """A text in the form that both sides come to: what is no plain ASCII, or may be an escape of it, is `?`.

    tshark escapes what cannot be printed, but not the backslash, and replaces what is no UTF-8.
    """
    if text is None:
        return None
    return printable(re.sub(r"\\(x[0-9a-fA-F]{2}|[0-7]{3}|[nrtabfv])", "\0", text))


def printable(text):
    return re.sub(r"[^ -~]+", "?", text)


def dns_name(text):
    """A domain name without presentation escapes (RFC 1035 §5.1) or final dot; the root is empty."""
    if text is None:
        return None
    if text in ("<Root>", ".", ""):
        return ""
    text = re.sub(r"\\(\d{3}|.)", lambda m: chr(int(m.group(1)) & 255) if m.group(1).isdigit() else m.group(1), text)
    return printable(text.removesuffix("."))
