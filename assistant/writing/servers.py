"""The two ways to speak to a language model's server, both through LlamaIndex: OpenAI's protocol and Ollama's.

Nothing but the given address is contacted: no proxy or key of the environment is used, no redirect followed, no
tokeniser or description of a model looked up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import httpx
from pydantic import SecretStr

from assistant.certificates import certificates

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse
    from llama_index.core.llms.llm import LLM

_ABOUT_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 5.0
_NO_KEY: Final = "-"
"""With an empty one OpenAI's library would take that of the environment; :class:`_Key` writes the real header."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a language model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and the key that it wants."""

    url: str
    key: SecretStr | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What came in one go: ``text`` for the reader (none while the model thinks), ``end`` says why it was the last."""

    text: str
    end: str | None


@dataclass(frozen=True, slots=True)
class About:
    """What a server tells about itself: its ``models`` and the ``context`` of ours in tokens, if it does."""

    models: tuple[str, ...] | None
    context: int | None


class Server(Protocol):
    """A kind of server."""

    def chunks(
        self, address: Address, model: str, messages: Sequence[Message], most_tokens: int
    ) -> AsyncGenerator[Chunk, None]:
        """Ask for an answer; raises what :func:`assistant.writing.failures.expected` lists."""
        ...

    def about(self, address: Address, model: str) -> About:
        """Ask what is there; raises ``httpx.HTTPError`` and, for what is no answer, ``ValueError`` and the like."""
        ...


class OpenAIServer:
    """A server that speaks OpenAI's protocol, as vLLM, llama.cpp and many others do."""

    def __init__(self, context: int) -> None:
        # Here and not with the first request, which is to be given up at any moment: importing takes a second or two.
        from llama_index.llms.openai_like import OpenAILike

        self._make = OpenAILike
        self._context = context

    async def chunks(
        self, address: Address, model: str, messages: Sequence[Message], most_tokens: int
    ) -> AsyncGenerator[Chunk, None]:
        """See :class:`Server`."""
        async with httpx.AsyncClient(**_options(address)) as client:
            llm = self._make(
                model=model,
                api_base=address.url,
                api_key=_NO_KEY,
                async_http_client=client,
                is_chat_model=True,
                context_window=self._context,
                temperature=0.0,
                max_retries=0,
            )
            # The library's own timeout would replace the client's.
            options = {"max_tokens": most_tokens, "timeout": client.timeout}
            async with aclosing(_responses(llm, messages, options)) as responses:
                async for response in responses:
                    yield Chunk(response.delta or "", _openai_end(response.raw))

    def about(self, address: Address, model: str) -> About:
        """See :class:`Server`; some servers have no list of models."""
        with _client(address) as client:
            answer = client.get(f"{address.url.rstrip('/')}/models")
            if answer.status_code == 404:
                return About(None, None)
            answer.raise_for_status()
            entries = answer.json()["data"]
        ours: dict[str, Any] = next((entry for entry in entries if entry["id"] == model), {})
        context = ours.get("max_model_len") or (ours.get("meta") or {}).get("n_ctx")  # vLLM, llama.cpp
        return About(tuple(entry["id"] for entry in entries), context)


class OllamaServer:
    """A server that speaks Ollama's protocol."""

    def __init__(self, context: int) -> None:
        from llama_index.llms.ollama import Ollama
        from ollama import AsyncClient

        self._make, self._make_client = Ollama, AsyncClient
        self._context = context

    async def chunks(
        self, address: Address, model: str, messages: Sequence[Message], most_tokens: int
    ) -> AsyncGenerator[Chunk, None]:
        """See :class:`Server`."""
        async with self._make_client(address.url, **_options(address)) as client:
            llm = self._make(
                model=model,
                base_url=address.url,
                async_client=client,
                context_window=self._context,
                temperature=0.0,
                thinking=False,
                additional_kwargs={"num_predict": most_tokens},
            )
            async with aclosing(_responses(llm, messages, {})) as responses:
                async for response in responses:
                    raw: dict[str, Any] = response.raw  # type: ignore[assignment]  # what came, of no declared type
                    yield Chunk(response.delta or "", (raw.get("done_reason") or "stop") if raw.get("done") else None)

    def about(self, address: Address, model: str) -> About:
        """See :class:`Server`."""
        url = address.url.rstrip("/")
        with _client(address) as client:
            tags = client.get(f"{url}/api/tags").raise_for_status().json()
            names = tuple(entry["name"].removesuffix(":latest") for entry in tags["models"])
            if model.removesuffix(":latest") not in names:
                return About(names, None)
            shown = client.post(f"{url}/api/show", json={"model": model}).raise_for_status().json()
        lengths = [value for key, value in shown.get("model_info", {}).items() if key.endswith(".context_length")]
        return About((*names, model), lengths[0] if lengths else None)


class _Key(httpx.Auth):
    """Sends our key, if there is one, and never one that a library found in the environment."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set the header, and take away what OpenAI's library tells about organisation and machine."""
        for name in list(request.headers):
            if name.lower().startswith(("authorization", "openai-", "x-stainless-")):
                del request.headers[name]
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request


def _options(address: Address) -> dict[str, Any]:
    """For a client that keeps to its address. How long an answer may take is not its business, only the connecting."""
    return {
        "auth": _Key(address.key),
        "trust_env": False,
        "follow_redirects": False,
        "verify": certificates() if address.url.startswith("https:") else True,
        "timeout": httpx.Timeout(None, connect=_CONNECT_SECONDS),
    }


def _client(address: Address) -> httpx.Client:
    """For a short question about the server."""
    return httpx.Client(**{**_options(address), "timeout": _ABOUT_SECONDS})


async def _responses(
    llm: LLM, messages: Sequence[Message], options: dict[str, Any]
) -> AsyncGenerator[ChatResponse, None]:
    answer = await llm.astream_chat([_in_llama_index(message) for message in messages], **options)
    async with aclosing(answer):  # it is a generator, declared as an iterator
        async for response in answer:
            yield response


def _in_llama_index(message: Message) -> ChatMessage:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return ChatMessage(role=MessageRole(message.role), content=message.text)


def _openai_end(raw: Any) -> str | None:  # noqa: ANN401 - OpenAI's type, of a library that is loaded late
    """Why the model stopped, in the last chunk with a choice."""
    end: str | None = raw.choices[0].finish_reason if raw.choices else None
    return end
