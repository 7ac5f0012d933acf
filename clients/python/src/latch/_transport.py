"""Sends calls, blocking or asynchronous; both follow the rules of `_exchange`."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, TypeVar

import httpx

from ._config import Config, user_agent
from ._exchange import Call, failure_from, failure_of, token_refused, wait_before_repeating
from ._token import Token, token_call
from .errors import LatchError

T = TypeVar("T")


def _settings(config: Config) -> dict[str, Any]:
    return {
        "base_url": config.env_url,
        "timeout": config.http_timeout(),
        "verify": config.verify(),
        "headers": {"User-Agent": user_agent()},
    }


class Transport:
    """Blocking; threads may share it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._http = httpx.Client(**_settings(config))
        self._token: Token | None = None
        self._renewing = threading.Lock()

    def send(self, call: Call[T]) -> T:
        """Sends the call, again where that is safe, and reads the answer."""
        token = self._fresh_token(None)
        answer = self._repeat(call, token)
        if token_refused(answer):
            # Once only: a second refusal is the answer.
            answer = self._repeat(call, self._fresh_token(token))
        if answer.is_error and not call.raw:
            raise failure_of(answer)
        return call.read(answer)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _fresh_token(self, refused: Token | None) -> Token:
        with self._renewing:
            held = self._token
            # Another thread may have replaced the refused token already.
            if held is None or held is refused or not held.fresh():
                call = token_call(self._config)
                answer = self._repeat(call, None)
                if answer.is_error:
                    raise failure_of(answer)
                held = self._token = call.read(answer)
            return held

    def _repeat(self, call: Call[Any], token: Token | None) -> httpx.Response:
        sent = 0
        while True:
            sent += 1
            answer: httpx.Response | None = None
            try:
                answer = self._http.request(
                    call.method, call.path, **call.arguments(token.value if token else None)
                )
                if not answer.is_error:
                    return answer
                failure: LatchError = failure_of(answer)
            except httpx.TransportError as error:
                failure = failure_from(error)
            wait = wait_before_repeating(call, failure, sent, self._config.retries)
            if wait is None:
                if answer is not None:
                    return answer
                raise failure
            time.sleep(wait)


class AsyncTransport:
    """Asynchronous; tasks of one event loop may share it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._http = httpx.AsyncClient(**_settings(config))
        self._token: Token | None = None
        self._renewing = asyncio.Lock()

    async def send(self, call: Call[T]) -> T:
        """Sends the call, again where that is safe, and reads the answer."""
        token = await self._fresh_token(None)
        answer = await self._repeat(call, token)
        if token_refused(answer):
            # Once only: a second refusal is the answer.
            answer = await self._repeat(call, await self._fresh_token(token))
        if answer.is_error and not call.raw:
            raise failure_of(answer)
        return call.read(answer)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _fresh_token(self, refused: Token | None) -> Token:
        async with self._renewing:
            held = self._token
            # Another task may have replaced the refused token already.
            if held is None or held is refused or not held.fresh():
                call = token_call(self._config)
                answer = await self._repeat(call, None)
                if answer.is_error:
                    raise failure_of(answer)
                held = self._token = call.read(answer)
            return held

    async def _repeat(self, call: Call[Any], token: Token | None) -> httpx.Response:
        sent = 0
        while True:
            sent += 1
            answer: httpx.Response | None = None
            try:
                answer = await self._http.request(
                    call.method, call.path, **call.arguments(token.value if token else None)
                )
                if not answer.is_error:
                    return answer
                failure: LatchError = failure_of(answer)
            except httpx.TransportError as error:
                failure = failure_from(error)
            wait = wait_before_repeating(call, failure, sent, self._config.retries)
            if wait is None:
                if answer is not None:
                    return answer
                raise failure
            await asyncio.sleep(wait)
