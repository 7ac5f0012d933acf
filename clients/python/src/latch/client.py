"""The clients: one for blocking programs, one for asynchronous ones."""

from __future__ import annotations

from types import TracebackType

from ._config import Retries, Timeouts, configured
from ._transport import AsyncTransport, Transport
from .actions import Actions
from .async_actions import AsyncActions


class LatchClient:
    """A client of one Latch gateway; threads may share it.

    What is not given comes from LATCH_CLIENT_ID, LATCH_CLIENT_SECRET, LATCH_ENV_URL and
    LATCH_CA_FILE. `ca_file` is the certificate authority to trust, in PEM, where the gateway has
    its own. Nothing is sent before the first action.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        env_url: str | None = None,
        *,
        ca_file: str | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
    ) -> None:
        config = configured(client_id, client_secret, env_url, ca_file, timeouts, retries)
        self._transport = Transport(config)
        self.actions = Actions(self._transport)

    def close(self) -> None:
        """Closes the connections to the gateway."""
        self._transport.close()

    def __enter__(self) -> LatchClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncLatchClient:
    """The asynchronous `LatchClient`; the tasks of one event loop may share it."""

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        env_url: str | None = None,
        *,
        ca_file: str | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
    ) -> None:
        config = configured(client_id, client_secret, env_url, ca_file, timeouts, retries)
        self._transport = AsyncTransport(config)
        self.actions = AsyncActions(self._transport)

    async def close(self) -> None:
        """Closes the connections to the gateway."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncLatchClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
