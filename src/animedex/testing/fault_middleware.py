"""Make an application misbehave as planned: the ASGI side of ``faults``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from animedex.asgi.loopback_server import DropConnection
from animedex.testing.faults import Fault, Faults, Reply
from animedex.testing.request_log import path_below

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class FaultMiddleware:
    """Let an application's requests suffer the faults that are planned for them."""

    def __init__(self, app: ASGIApp, *, faults: Faults, base: str) -> None:
        self.app = app
        self.faults = faults
        self.base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the next fault for this path has it, or else as the application does."""
        fault = self.faults.take(path_below(self.base, scope["path"]))
        if fault is None:
            await self.app(scope, receive, send)
            return
        await asyncio.sleep(fault.delay)
        if fault.reply is None and not (fault.cut or fault.drip):
            await self.app(scope, receive, send)
            return
        reply = fault.reply or await _collect(self.app, scope, receive)
        await _send(reply, fault, send)


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> Reply:
    """Let an application answer, and keep the answer."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    head, *parts = messages
    body = b"".join(part.get("body", b"") for part in parts)
    return Reply(head["status"], tuple(head["headers"]), body)


async def _send(reply: Reply, fault: Fault, send: Send) -> None:
    headers = list(reply.headers)
    if fault.cut and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = reply.body[: len(reply.body) // 2] if fault.cut else reply.body
    pieces = (body[i : i + 1] for i in range(len(body))) if fault.drip else (body,)
    for piece in pieces:
        await asyncio.sleep(fault.drip)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if fault.cut:
        raise DropConnection
    await send({"type": "http.response.body", "body": b""})
