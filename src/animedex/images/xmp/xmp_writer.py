"""XMP written: properties as a description in RDF, and a packet around it.

XMP Specification, part 1: https://github.com/adobe/XMP-Toolkit-SDK/tree/main/docs
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.images.xmp.credit_properties import PREFIXES, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from animedex.images.xmp.credit_properties import Property

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Nothing may be changed in place: there is no room for it, and PNG has a checksum.
EMPTY_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="animedex">\n'
    f'<rdf:RDF xmlns:rdf="{RDF}">\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="r"?>'
).encode()
# The continuation of a packet has no wrapper.
EMPTY_EXTENSION = EMPTY_PACKET[EMPTY_PACKET.index(b"<x:") : EMPTY_PACKET.rindex(b"\n")]
_FORBIDDEN = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def sanitize(text: str) -> str:
    r"""Replace characters that XML cannot contain, such as controls and lone surrogates.

    What we read back is not taken from such a text, but from JSON, where escapes keep all of it.

    >>> sanitize("a\x1b\ud800"), sanitize("\u732b\n\U0001f431")
    ('a\ufffd\ufffd', '\u732b\n\U0001f431')
    """
    # Compiling the expression takes as long as writing ten pictures' credit.
    return text if text.isprintable() else re.sub(_FORBIDDEN, "\ufffd", text)


def escape(text: str) -> str:
    """Escape a text for an element.

    >>> escape('<a "&"> b')
    '&lt;a "&amp;"&gt; b'
    """
    text = sanitize(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def format_element(one: Property) -> bytes:
    """Write one property."""
    name = str(one.name)
    if one.form == TEXT:
        return f"<{name}>{escape(one.values[0])}</{name}>\n".encode()
    language = ' xml:lang="x-default"' if one.form == "Alt" else ""
    items = "".join(f"<rdf:li{language}>{escape(value)}</rdf:li>" for value in one.values)
    return f"<{name}><rdf:{one.form}>{items}</rdf:{one.form}></{name}>\n".encode()


def format_description(properties: Iterable[Property], about: str) -> bytes:
    """Write properties as a node of RDF that needs nothing declared around it."""
    spaces = {"rdf": RDF} | {prefix: space for space, prefix in PREFIXES.items()}
    return wrap_description(spaces, about, b"".join(map(format_element, properties)))


def wrap_description(
    spaces: Mapping[str, str], about: str, elements: bytes, attributes: bytes = b""
) -> bytes:
    """Write a node of RDF around XML; `spaces` are the namespaces to declare, by prefix."""
    declarations = "".join(
        f' xmlns{prefix and ":"}{prefix}="{_escape_attribute(space)}"'
        for prefix, space in spaces.items()
        if prefix != "xml"
    )
    head = f'<rdf:Description{declarations} rdf:about="{_escape_attribute(about)}"'.encode()
    return head + attributes + b">\n" + elements + b"</rdf:Description>\n"


def _escape_attribute(text: str) -> str:
    return escape(text).replace('"', "&quot;")
