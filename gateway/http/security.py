"""The headers of every answer that tell browsers what not to do with it."""

from starlette.types import Message, Send

__all__ = ["HEADERS", "secured"]

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""JSON is neither run, nor framed, nor drawn into a page of another site; who follows a link from it is told nothing.

That browsers shall come by HTTPS only is for the proxy to say, which has the certificate.
"""


_HEADS = frozenset({"http.response.start", "websocket.http.response.start"})


def secured(send: Send) -> Send:
    """The same ``send``, with the headers that an answer does not set itself."""

    async def sending(message: Message) -> None:
        if message["type"] in _HEADS:
            named = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(each for each in HEADERS if each[0] not in named)]
        await send(message)

    return sending
