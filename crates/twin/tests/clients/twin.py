"""The running twin, for the test programs beside this file.

It promises a second, independent way to read what the twin holds: plain `urllib`, no client of Close involved. It
also moves the levers, compares records, and prints what was compared. Where the twin is, and whose key to use, the
script `run` says in the environment.
"""

import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: The twin's address without a path, for example `http://127.0.0.1:9000`.
URL = os.environ["TWIN_URL"]
#: Where the levers answer.
CONTROL_URL = os.environ["TWIN_CONTROL_URL"]
#: Ann's key: an administrator's.
KEY = os.environ["TWIN_KEY"]
#: The time zone asked in, in hours from UTC as `x-tz-offset` takes it; what a task's view is depends on it.
offset = "0"
#: A lead that is always there, with one of everything.
ACME = "lead_Hqj9SNFsrWixv4RrkHPcmiNNMLzacAYn93u4grCCxuN"
DAY = timedelta(days=1)


def send(method, url, body=None):
    """One request with Ann's key; answers the JSON of a success and raises `urllib.error.HTTPError` otherwise."""
    credentials = base64.b64encode(f"{KEY}:".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "x-tz-offset": offset}
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def get(path, **parameters):
    """What is at `path` below `/api/v1/`."""
    query = urllib.parse.urlencode(parameters)
    return send("GET", f"{URL}/api/v1/{path}/?{query}")


def post(path, body):
    return send("POST", f"{URL}/api/v1/{path}/", body)


def put(path, body):
    return send("PUT", f"{URL}/api/v1/{path}/", body)


def read_all(path, **parameters):
    """Every record of a list, by `_skip` and `_limit`."""
    records = []
    while True:
        page = get(path, _skip=len(records), _limit=100, **parameters)
        records += page["data"]
        if not page.get("has_more"):
            return records


def read_events(**parameters):
    """Every event, newest first, by cursor."""
    events, cursor = [], None
    while True:
        page = get("event", **parameters, **({"_cursor": cursor} if cursor else {}))
        events += page["data"]
        cursor = page["cursor_next"]
        if not cursor:
            return events


def fail_next(kind, times, path_prefix="/api/v1/", method="GET"):
    """Makes the next matching requests go wrong. The only place that moves the fault lever."""
    rule = {"method": method, "path_prefix": path_prefix, "times": times, "kind": kind}
    send("POST", f"{CONTROL_URL}/faults", rule)


def rate_limited(seconds):
    """The fault of too many requests."""
    return {"rate_limited": {"reset_seconds": seconds}}


def answered(status, path_prefix="/api/v1/"):
    """How many of the last requests to `path_prefix` were answered with `status`."""
    requests = send("GET", f"{CONTROL_URL}/requests")["requests"]
    return sum(r["status"] == status and r["path"].startswith(path_prefix) for r in requests)


def moment(value):
    """The moment a text names, as ISO 8601 or as e-mails do, or `None` when it names none."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        read = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        try:
            read = parsedate_to_datetime(value)
        except ValueError:
            return None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def differences(read, stored, path=""):
    """Where two records differ, in words. Two spellings of one moment or number are equal; a missing member is not."""
    if isinstance(read, dict) and isinstance(stored, dict):
        found = []
        for name in sorted(read.keys() | stored.keys()):
            inner = f"{path}.{name}" if path else name
            if name not in read or name not in stored:
                found.append(f"{inner} is only {'stored' if name in stored else 'read'}")
            else:
                found += differences(read[name], stored[name], inner)
        return found
    if isinstance(read, list) and isinstance(stored, list) and len(read) == len(stored):
        pairs = enumerate(zip(read, stored))
        return [found for i, pair in pairs for found in differences(*pair, f"{path}[{i}]")]
    same_type = type(read) is type(stored) or {type(read), type(stored)} == {int, float}
    if same_type and read == stored:
        return []
    if moment(read) is not None and moment(read) == moment(stored):
        return []
    return [f"{path}: read {read!r}, stored {stored!r}"]


class Comparison:
    """Compares records by id, and remembers how much was compared, to be printed at the end."""

    def __init__(self, client):
        self.client = client
        self.lines = []

    def records(self, test, name, read, stored):
        """Fails `test` unless both hold the same records, member by member."""
        by_id = {record["id"]: record for record in stored}
        ids = [record["id"] for record in read]
        test.assertEqual(len(ids), len(set(ids)), f"{name}: a record was read twice")
        test.assertEqual(sorted(ids), sorted(by_id), f"{name}: other records were read than are stored")
        members = 0
        for record in read:
            found = differences(record, by_id[record["id"]])
            with test.subTest(name):
                test.assertEqual(found, [], f"{name}: {record['id']}")
            members += len(record)
        self.note(f"{name}: {len(read)} records read equal those stored, {members} members compared")

    def note(self, line):
        self.lines.append(line)

    def report(self):
        print(f"\n{self.client}")
        for line in self.lines:
            print(f"  {line}")


def wait_past(instant):
    """Lets the clock pass a second, so that what comes next has a later date even where only seconds are kept."""
    while time.time() < instant + 1.1:
        time.sleep(0.05)


def make_history():
    """Changes enough that the event log has several pages."""
    for number in range(120):
        put(f"lead/{ACME}", {"description": f"Version {number}"})


def make_one_of_everything():
    """Changes Acme and gives it something of every kind that callers can make; answers ids by Airbyte's stream."""
    note = post("activity/note", {"lead_id": ACME, "note": "Called back"})
    call = post("activity/call", {"lead_id": ACME, "direction": "outbound", "status": "completed", "duration": 60})
    email = post("activity/email", {"lead_id": ACME, "status": "draft", "subject": "Offer", "body_text": "Hello"})
    task = post("task", {"lead_id": ACME, "text": "Send the offer"})
    deal = post("opportunity", {"lead_id": ACME, "value": 50000, "value_period": "one_time"})
    lead = post("lead", {"name": "Made by a test"})
    put(f"lead/{ACME}", {"description": "Changed by a test"})
    return {
        "note_activities": note["id"],
        "call_activities": call["id"],
        "email_activities": email["id"],
        "lead_tasks": task["id"],
        "opportunities": deal["id"],
        "leads": lead["id"],
    }
