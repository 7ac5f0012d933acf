"""The running Latch that the tests talk to, and clients of it."""

import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from person import agree

from latch import LatchClient


@pytest.fixture(scope="session")
def up() -> dict[str, Any]:
    """What `latch up` said about itself."""
    with open(os.environ["LATCH_TEST_UP"], encoding="utf-8") as file:
        said: dict[str, Any] = json.loads(file.readline())
    return said


@pytest.fixture(autouse=True)
def environment(up: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables a program of a user would be started with."""
    monkeypatch.setenv("LATCH_CLIENT_ID", up["client_id"])
    monkeypatch.setenv("LATCH_CLIENT_SECRET", up["client_secret"])
    monkeypatch.setenv("LATCH_ENV_URL", up["gateway_url"])
    if up.get("ca_file"):
        monkeypatch.setenv("LATCH_CA_FILE", up["ca_file"])


@pytest.fixture
def client(environment: None) -> Iterator[LatchClient]:
    with LatchClient() as made:
        yield made


@pytest.fixture
def identifier(client: LatchClient, up: dict[str, Any]) -> str:
    """A new person who has connected their Close account."""
    name = f"user_{uuid.uuid4().hex}"
    client.actions.get_or_create_connected_account("close", name)
    link = client.actions.get_authorization_link("close", name)
    agree(link.link, up["twin_api_keys"][0])
    return name
