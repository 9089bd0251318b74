"""What schemathesis sends where the document names a form of bytes that it does not know: any bytes, and CBOR maps."""

import schemathesis
from hypothesis import strategies as st

SYNC = "application/vnd.xunge.sync+cbor"
# {0: …, 1: …} with integers, byte strings and texts: what messages of the protocol look like from afar.
PIECES = st.one_of(
    st.integers(0, 23).map(lambda n: bytes([n])),
    st.binary(max_size=23).map(lambda b: bytes([0x40 + len(b)]) + b),
    st.text("abcdefgh", max_size=23).map(lambda t: bytes([0x60 + len(t)]) + t.encode()),
)
MAPS = st.lists(PIECES, max_size=8).map(
    lambda pieces: bytes([0xA0 + len(pieces)]) + b"".join(bytes([at]) + piece for at, piece in enumerate(pieces))
)

schemathesis.openapi.media_type(SYNC, st.one_of(st.binary(max_size=200), MAPS))
schemathesis.openapi.media_type("application/offset+octet-stream", st.binary(max_size=2000))
schemathesis.openapi.media_type("application/octet-stream", st.binary(max_size=2000))


@schemathesis.serializer(SYNC, "application/offset+octet-stream", "application/octet-stream")
def as_it_is(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
