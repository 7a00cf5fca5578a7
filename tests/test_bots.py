"""The bots of the documentation: their handlers, driven by the libraries they are written for."""

from __future__ import annotations

import asyncio
import sys
import types
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from animedex import AsyncClient
from tests.test_docs import blocks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from animedex.testing import SampleServer

PAGE = Path(__file__).parent.parent / "docs" / "bots.md"
UNKNOWN = "nekos has no category 'nekoo' (did you mean neko?)"


def imported(library: str, name: str) -> Any:
    """Import the program of the page that uses a library, under a name of its own."""
    (block,) = [
        one for one in blocks(PAGE) if one.language == "python" and f"from {library} " in one.text
    ]
    module = types.ModuleType(name)
    # What looks for the annotations of a function finds its module by name.
    sys.modules[name] = module
    with warnings.catch_warnings():
        # A library may use what Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        exec(compile(block.text, f"{PAGE.name}:{block.line}", "exec"), module.__dict__)
    return module


@pytest.fixture
def service(server: SampleServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleServer]:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    yield server
    for name in ("discord_bot", "aiogram_bot", "fastapi_app"):
        sys.modules.pop(name, None)


class Interaction:
    """Take what a command says, as Discord's servers would."""

    def __init__(self) -> None:
        self.deferred = False
        self.said: list[Any] = []
        self.response = self.followup = self

    async def defer(self) -> None:
        self.deferred = True

    async def send(self, content: str | None = None, *, embed: object = None) -> None:
        assert self.deferred
        self.said.append(content or embed)


def test_discord(service: SampleServer) -> None:
    pytest.importorskip("discord", exc_type=ImportError)

    async def main() -> None:
        program = imported("discord", "discord_bot")
        asked = Interaction()
        (command,) = program.bot.tree.get_commands()
        assert command.to_dict(program.bot.tree)["options"][0]["name"] == "category"
        await command.callback(asked, "neko")
        await command.callback(asked, "nekoo")
        embed, message = asked.said
        assert embed.image.url.startswith(f"{service.url}/neko/")
        assert embed.title
        assert message == UNKNOWN
        await program.bot.close()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.run(main())


def test_aiogram(service: SampleServer) -> None:
    pytest.importorskip("aiogram")
    from aiogram import Bot
    from aiogram.client.session.base import BaseSession
    from aiogram.types import Chat, Message, Update, User

    sent: list[Any] = []

    class Recording(BaseSession):
        """Take what is sent, as Telegram's servers would."""

        async def close(self) -> None:
            pass

        async def make_request(
            self,
            bot: Bot,
            method: Any,
            timeout: int | None = None,  # noqa: ASYNC109  the library's own argument
        ) -> Any:
            sent.append(method)
            return True

        async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes]:
            yield b""

    def update(number: int, text: str) -> Update:
        chat, user = Chat(id=1, type="private"), User(id=1, is_bot=False, first_name="Mio")
        said = Message(message_id=number, date=cast("Any", 0), chat=chat, from_user=user, text=text)
        return Update(update_id=number, message=said)

    async def main() -> None:
        program = imported("aiogram", "aiogram_bot")
        bot = Bot("1:a", session=Recording())
        async with AsyncClient() as art:
            for number, text in enumerate(("/draw", "/draw hug", "/draw nekoo", "hello")):
                await program.dispatcher.feed_update(bot, update(number, text), art=art)

    asyncio.run(main())
    first, second, third = sent
    assert first.photo.startswith(f"{service.url}/neko/")
    assert first.caption.endswith("nekos.best")
    assert second.photo.startswith(f"{service.url}/hug/")
    assert third.text == UNKNOWN


def test_fastapi(service: SampleServer) -> None:
    import httpx

    async def main() -> None:
        program = imported("fastapi", "fastapi_app")
        transport = httpx.ASGITransport(program.app)
        async with (
            program.lifespan(program.app),
            httpx.AsyncClient(transport=transport, base_url="http://bot.example") as web,
        ):
            result = (await web.get("/draw/neko")).json()
            assert result["url"].startswith(f"{service.url}/neko/")
            assert (await web.get("/draw/nekoo")).status_code == 404
            assert (await web.get("/draw/%20")).json()["reason"] == "bad-args"
            service.faults.add("/neko:429;retry-after=3600")
            refused = await web.get("/draw/neko")
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 3000

    asyncio.run(main())
