"""Where the gateway is, how to prove who is calling, and how patient to be."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import httpx

from .errors import NotConfiguredError


@dataclass(frozen=True)
class Timeouts:
    """How long to wait, in seconds: for the connection, and for each piece of the answer.

    A tool may take the gateway up to a minute, so `read` is a little longer.
    """

    connect: float = 5.0
    read: float = 65.0


@dataclass(frozen=True)
class Retries:
    """How often to send a call at most, and how long to wait in between, in seconds.

    The wait doubles from `first_wait`, is spread at random, and never exceeds `longest_wait`.
    A gateway that asks for more than `longest_wait` gets no repetition: the error says so instead.
    """

    attempts: int = 3
    first_wait: float = 0.25
    longest_wait: float = 20.0


@dataclass(frozen=True)
class Config:
    """Everything a client is made from."""

    client_id: str
    client_secret: str
    env_url: str
    ca_file: str | None
    timeouts: Timeouts
    retries: Retries

    def __repr__(self) -> str:
        return f"Config(client_id={self.client_id!r}, env_url={self.env_url!r})"

    def http_timeout(self) -> httpx.Timeout:
        """The timeouts as the HTTP library wants them."""
        return httpx.Timeout(self.timeouts.read, connect=self.timeouts.connect)

    def verify(self) -> ssl.SSLContext | bool:
        """Whom to trust: the given certificate authority only, or the usual ones."""
        if self.ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise NotConfiguredError(
                f"the CA file {self.ca_file} cannot be read: {error}",
                hint="give the path of a PEM file as ca_file or LATCH_CA_FILE",
                outcome="none",
            ) from error


def configured(
    client_id: str | None,
    client_secret: str | None,
    env_url: str | None,
    ca_file: str | None,
    timeouts: Timeouts | None,
    retries: Retries | None,
) -> Config:
    """What was given, completed from the environment."""
    return Config(
        client_id=_needed(client_id, "client_id", "LATCH_CLIENT_ID"),
        client_secret=_needed(client_secret, "client_secret", "LATCH_CLIENT_SECRET"),
        env_url=_needed(env_url, "env_url", "LATCH_ENV_URL").rstrip("/"),
        ca_file=ca_file or os.environ.get("LATCH_CA_FILE") or None,
        timeouts=timeouts or Timeouts(),
        retries=retries or Retries(),
    )


def user_agent() -> str:
    """How this package names itself to the gateway."""
    try:
        return f"latch-sdk-python/{version('latch-sdk')}"
    except PackageNotFoundError:
        return "latch-sdk-python"


def _needed(given: str | None, name: str, variable: str) -> str:
    value = given or os.environ.get(variable)
    if value:
        return value
    raise NotConfiguredError(
        f"{name} is missing", hint=f"pass {name}= or set {variable}", outcome="none"
    )
