"""`airbyte-source-close-com`, the connector of Airbyte: check, discover, and every stream it has, read in full and
then again from the state of the first read.

What it emits must be what the twin holds, member by member, and must fit the schema it declares. The connector
hard-codes https://api.close.com; the address is mapped at run time (`mapped.py`).
"""

import json
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
from pathlib import Path

import jsonschema

import twin

HERE = Path(__file__).parent
#: Streams it reads incrementally, with where they are in the API, what narrows them, and the cursor. Written down here
#: again rather than imported, so that the test does not follow the connector's mistakes.
INCREMENTAL = {
    "created_activities": ("activity/created", {}, "date_created"),
    "opportunity_status_change_activities": ("activity/status_change/opportunity", {}, "date_created"),
    "note_activities": ("activity/note", {}, "date_created"),
    "meeting_activities": ("activity/meeting", {}, "date_created"),
    "call_activities": ("activity/call", {}, "date_created"),
    "email_activities": ("activity/email", {}, "date_created"),
    "email_thread_activities": ("activity/emailthread", {}, "date_created"),
    "lead_status_change_activities": ("activity/status_change/lead", {}, "date_created"),
    "sms_activities": ("activity/sms", {}, "date_created"),
    "task_completed_activities": ("activity/task_completed", {}, "date_created"),
    "leads": ("lead", {}, "date_updated"),
    "lead_tasks": ("task", {"_type": "lead"}, "date_created"),
    "incoming_email_tasks": ("task", {"_type": "incoming_email"}, "date_created"),
    "email_followup_tasks": ("task", {"_type": "email_followup"}, "date_created"),
    "missed_call_tasks": ("task", {"_type": "missed_call"}, "date_created"),
    "answered_detached_call_tasks": ("task", {"_type": "answered_detached_call"}, "date_created"),
    "voicemail_tasks": ("task", {"_type": "voicemail"}, "date_created"),
    "opportunity_due_tasks": ("task", {"_type": "opportunity_due"}, "date_created"),
    "incoming_sms_tasks": ("task", {"_type": "incoming_sms"}, "date_created"),
    "events": ("event", {}, "date_updated"),
    "opportunities": ("opportunity", {}, "date_updated"),
}
#: Streams it always reads in full.
FULL = {
    "lead_custom_fields": ("custom_field/lead", {}),
    "contact_custom_fields": ("custom_field/contact", {}),
    "opportunity_custom_fields": ("custom_field/opportunity", {}),
    "activity_custom_fields": ("custom_field/activity", {}),
    "users": ("user", {}),
    "contacts": ("contact", {}),
    "roles": ("role", {}),
    "lead_statuses": ("status/lead", {}),
    "opportunity_statuses": ("status/opportunity", {}),
    "pipelines": ("pipeline", {}),
    "email_templates": ("email_template", {}),
    "google_connected_accounts": ("connected_account", {"_type": "google"}),
    "custom_email_connected_accounts": ("connected_account", {"_type": "custom_email"}),
    "zoom_connected_accounts": ("connected_account", {"_type": "zoom"}),
    "send_as": ("send_as", {}),
    "email_sequences": ("sequence", {}),
    "dialer": ("dialer", {}),
    "smart_views": ("saved_search", {}),
    "email_bulk_actions": ("bulk_action/email", {}),
    "sequence_subscription_bulk_actions": ("bulk_action/sequence_subscription", {}),
    "delete_bulk_actions": ("bulk_action/delete", {}),
    "edit_bulk_actions": ("bulk_action/edit", {}),
    "integration_links": ("integration_link", {}),
    "custom_activities": ("custom_activity", {}),
}
#: Streams of what nobody can make over the API and the demo data has none of.
EMPTY = {"zoom_connected_accounts"}


def stored(stream):
    """What the twin holds for a stream, with the casts to text that the connector's own schemas make it do."""
    path, narrowed = (INCREMENTAL.get(stream) or FULL[stream])[:2]
    records = twin.read_events() if path == "event" else twin.read_all(path, **narrowed)
    for record in records:
        custom = record.get("custom", {})
        if isinstance(custom.get("Industry"), list):
            custom["Industry"] = str(custom["Industry"])
        if record.get("conference_links"):
            record["conference_links"] = [str(link) for link in record["conference_links"]]
    return records


class Airbyte(unittest.TestCase):
    comparison = twin.Comparison("airbyte-source-close-com (address mapped at run time)")

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.comparison.report)
        cls.config = cls.write("config.json", {"api_key": twin.KEY, "start_date": "2000-01-01"})

    @classmethod
    def write(cls, name, value):
        path = Path(cls.folder.name, name)
        path.write_text(json.dumps(value))
        return str(path)

    def connector(self, *arguments):
        """Runs the connector; answers its messages by type."""
        command = [sys.executable, str(HERE / "mapped.py"), "https://api.close.com", twin.URL]
        command += ["source_close_com.run", "run", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, (done.stderr + done.stdout)[-4000:])
        messages = {}
        for line in done.stdout.splitlines():
            message = json.loads(line)
            messages.setdefault(message["type"], []).append(message)
        return messages

    def read(self, streams, mode, state=()):
        """Reads streams; answers records by stream and the last state of each."""
        configured = [
            {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"} for stream in streams
        ]
        catalog = self.write("catalog.json", {"streams": configured})
        messages = self.connector(
            "read", "--config", self.config, "--catalog", catalog, "--state", self.write("state.json", list(state))
        )
        records = {stream["name"]: [] for stream in streams}
        schemas = {s["name"]: jsonschema.Draft7Validator(s["json_schema"]) for s in streams}
        for message in messages.get("RECORD", []):
            stream, record = message["record"]["stream"], message["record"]["data"]
            wrong = [f"{list(e.path)}: {e.message[:200]}" for e in schemas[stream].iter_errors(record)]
            self.assertEqual(wrong, [], f"{stream}: {record['id']} does not fit the connector's schema")
            records[stream].append(record)
        states = {m["state"]["stream"]["stream_descriptor"]["name"]: m["state"] for m in messages["STATE"]}
        return records, states

    def test_every_stream_in_full_and_then_what_changed(self):
        twin.make_history()
        bob = next(user for user in twin.read_all("user") if user["first_name"] == "Bob")
        me = twin.get("me")
        twin.post("send_as", {"allowing_user_id": me["id"], "allowed_user_id": bob["id"]})
        status = self.connector("check", "--config", self.config)["CONNECTION_STATUS"][0]["connectionStatus"]
        self.assertEqual(status["status"], "SUCCEEDED")
        wrong = self.write("wrong.json", {"api_key": "api_wrong", "start_date": "2000-01-01"})
        status = self.connector("check", "--config", wrong)["CONNECTION_STATUS"][0]["connectionStatus"]
        self.assertEqual(status["status"], "FAILED")
        self.comparison.note("check: Ann's key succeeds, a wrong key fails")

        streams = self.connector("discover", "--config", self.config)["CATALOG"][0]["catalog"]["streams"]
        self.assertEqual({s["name"] for s in streams}, INCREMENTAL.keys() | FULL.keys())
        leads = next(s for s in streams if s["name"] == "leads")["json_schema"]["properties"]
        for field in twin.read_all("custom_field/lead"):
            self.assertIn(f"custom.{field['id']}", leads)
        self.comparison.note(f"discover: {len(streams)} streams, with the custom fields of the organization")

        # It reads a wait out of the body of every failure and survives no other body than that of a 429, so there is
        # no 503 here. A connection that breaks has no body. Few streams, since the twin remembers 1000 requests and the
        # connector asks for the custom fields again with every record.
        twin.fail_next(twin.rate_limited(1), 2, "/api/v1/user/")
        twin.fail_next("drop_before", 1, "/api/v1/email_template/")
        few = [s for s in streams if s["name"] in ("users", "email_templates")]
        records, _ = self.read(few, "full_refresh")
        self.assertEqual((twin.answered(429), twin.answered(0)), (2, 1))
        for name in records:
            self.comparison.records(self, f"full refresh of {name} in bad weather", records[name], stored(name))
        self.comparison.note("two 429 and a broken connection on the way were repeated")

        records, _ = self.read(streams, "full_refresh")
        for name in records:
            self.comparison.records(self, f"full refresh of {name}", records[name], stored(name))
            if name not in EMPTY:
                self.assertTrue(records[name], f"{name} is empty: nothing was proven")

        streams = [s for s in streams if s["name"] in INCREMENTAL]
        records, states = self.read(streams, "incremental")
        for name in records:
            self.comparison.records(self, f"first incremental read of {name}", records[name], stored(name))
        newest = {name: self.newest(name, records[name]) for name in records if records[name]}
        twin.wait_past(time.time())
        changed = twin.make_one_of_everything()
        # The state it keeps is the cursor of the record it read last. Where lists are newest first, as Close's of
        # activities are, that is the oldest one, and the next read brings everything again: true of Close as well.
        self.read_since("its own state", streams, states)
        again = self.read_since("the newest record", streams, newest)
        for name, made in changed.items():
            self.assertIn(made, [record["id"] for record in again[name]], name)
            self.assertLess(len(again[name]), len(records[name]), name)

    @staticmethod
    def newest(name, records):
        """The state of a reader that has seen everything up to the newest of these records."""
        cursor = INCREMENTAL[name][2]
        value = max((record[cursor] for record in records), key=twin.moment)
        return {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": {cursor: value}}}

    def read_since(self, where, streams, states):
        """Reads on from states; what comes must be all that is stored from there on."""
        streams = [stream for stream in streams if stream["name"] in states]
        records, _ = self.read(streams, "incremental", states.values())
        for name in records:
            cursor = INCREMENTAL[name][2]
            since = twin.moment(states[name]["stream"]["stream_state"][cursor])
            due = [record for record in stored(name) if twin.moment(record[cursor]) >= since]
            self.comparison.records(self, f"read of {name} from {where}", records[name], due)
        return records


if __name__ == "__main__":
    unittest.main()
