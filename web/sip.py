"""The browser phone's SIP over our own web port: a relay to Asterisk's WebSocket, let in by the session."""
from __future__ import annotations

import asyncio
import logging

import websockets
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from web.dependencies import Services
from web.sockets import REFUSED, SIGNED_OUT, person_of, same_origin

log = logging.getLogger(__name__)
router = APIRouter()
MESSAGE_LIMIT = 65_536  # bytes: a SIP message with SDP takes some 3,000
RECHECK_SECONDS = 30
UNREACHABLE = 4503


@router.websocket("/sip")
async def agents_sip(socket: WebSocket) -> None:
    """For people with an extension. Closed within 30 s after their session ends."""
    person = await person_of(socket) if same_origin(socket) else None
    if person is None or person.extension is None:
        await socket.close(REFUSED)
        return
    await _relay(socket, check=True)


@router.websocket("/demo-sip")
async def citizens_sip(socket: WebSocket) -> None:
    """For the demo's citizen phones; each still needs its line's password."""
    wired: Services = socket.app.state.services
    if not wired.settings.demo or not same_origin(socket):
        await socket.close(REFUSED)
        return
    await _relay(socket, check=False)


async def _relay(socket: WebSocket, *, check: bool) -> None:
    wired: Services = socket.app.state.services
    await socket.accept(subprotocol="sip")
    url = f"ws://127.0.0.1:{wired.settings.asterisk_http_port}/ws"
    try:
        async with websockets.connect(
            url, subprotocols=[websockets.Subprotocol("sip")], open_timeout=3, max_size=MESSAGE_LIMIT, compression=None
        ) as asterisk:
            tasks = [asyncio.create_task(_up(socket, asterisk)), asyncio.create_task(_down(socket, asterisk))]
            if check:
                tasks.append(asyncio.create_task(_until_signed_out(socket)))
            done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            for task in done:
                if (error := task.exception()) and not isinstance(error, WebSocketDisconnect | websockets.ConnectionClosed):
                    log.warning("sip.relay_broken error=%s", type(error).__name__)
    except (OSError, websockets.WebSocketException, TimeoutError) as error:
        log.warning("sip.asterisk_unreachable error=%s", type(error).__name__)
        await _close(socket, UNREACHABLE)
        return
    await _close(socket, 1000)


async def _up(socket: WebSocket, asterisk: websockets.ClientConnection) -> None:
    while True:
        message = await socket.receive_text()
        if len(message) > MESSAGE_LIMIT:
            return
        await asterisk.send(message)


async def _down(socket: WebSocket, asterisk: websockets.ClientConnection) -> None:
    async for message in asterisk:
        await socket.send_text(message if isinstance(message, str) else message.decode("utf-8", "replace"))


async def _until_signed_out(socket: WebSocket) -> None:
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        if await person_of(socket) is None:
            await _close(socket, SIGNED_OUT)
            return


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state == WebSocketState.CONNECTED and socket.client_state == WebSocketState.CONNECTED:
        await socket.close(code)
