"""Fills the gateway's store with accounts, so that memory is measured in a house that is lived in."""

import contextlib
import http.client
import json
import secrets
import sqlite3
import time
import urllib.parse

from servers import Failure

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def create_through_the_door(gateway, count):
    """Makes `count` accounts as an application does, one after the other; returns how many a second that was."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(gateway.url).netloc, timeout=30)
    headers = {"authorization": gateway.authorization, "content-type": "application/json"}
    with contextlib.closing(connection):
        started = time.monotonic()
        for number in range(count):
            body = json.dumps({"identifier": f"created_{number:06}", "connector": "close"})
            connection.request("POST", "/api/v1/connected_accounts:get_or_create", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (200, 201):
                raise Failure(f"get_or_create answered {answer.status}: {text.decode(errors='replace')}")
        return count / (time.monotonic() - started)


def _new_id():
    # 26 letters for 128 bits: the first one has only three of them.
    return "ca_" + secrets.choice(ALPHABET[:8]) + "".join(secrets.choice(ALPHABET) for _ in range(25))


def copy_rows(database, identifier, total):
    """Copies the account `identifier` until there are `total`; returns how many there were before.

    Only ids and identifiers differ. The copies' secrets are sealed for the row they were copied from and cannot be
    opened; nobody does, because only `identifier` is called. The gateway must not be running.
    """
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        cursor = connection.execute("SELECT * FROM accounts WHERE identifier = ?", (identifier,))
        columns = [column[0] for column in cursor.description]
        original = dict(zip(columns, cursor.fetchone(), strict=True))
        present = connection.execute("SELECT count(*) FROM accounts").fetchone()[0]
        copies = (
            tuple({**original, "id": _new_id(), "identifier": f"copied_{number:06}"}.values())
            for number in range(total - present)
        )
        places = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO accounts ({', '.join(columns)}) VALUES ({places})", copies)
        return present


def recorded_calls(database):
    """How many calls the gateway has recorded, by what came of them."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT outcome, count(*) FROM calls GROUP BY outcome"))
