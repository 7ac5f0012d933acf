"""The access token: how it is asked for, and until when it is used."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from ._config import Config
from ._exchange import Call, json_body
from .errors import InternalError

# Seconds before its end at which a token is replaced, at most a fifth of its life.
AHEAD = 60.0


@dataclass(frozen=True)
class Token:
    """An access token and the moment (monotonic clock) from which a new one is needed."""

    value: str
    renew_at: float

    def fresh(self) -> bool:
        """Whether it can still be used."""
        return time.monotonic() < self.renew_at

    def __repr__(self) -> str:
        return "Token(...)"


def token_call(config: Config) -> Call[Token]:
    """The request for a new token. Asking twice does no harm."""
    asked_at = time.monotonic()

    def read(answer: httpx.Response) -> Token:
        body = json_body(answer)
        value = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(value, str) or not value:
            raise InternalError("the token endpoint answered without a token", outcome="none")
        life = float(body.get("expires_in") or 300)
        return Token(value, asked_at + life - min(AHEAD, life / 5))

    return Call(
        "POST",
        "/oauth/token",
        read,
        form={
            "grant_type": "client_credentials",
            "client_id": config.client_id,
            "client_secret": config.client_secret,
        },
        repeatable=True,
    )
