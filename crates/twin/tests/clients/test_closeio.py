"""`closeio`, Close's own Python client: reads every list there is, and writes, changes, searches, uploads and deletes.

What it reads must be what the twin holds, member by member; what it writes must be there afterwards. Nothing is patched:
the client takes the address of the API as an argument.
"""

import time
import unittest

import requests
from closeio_api import API, APIError, ValidationError

import twin

#: Every list that needs no parameters.
LISTS = [
    "lead", "contact", "opportunity", "task", "user", "activity", "activity/note", "activity/call",
    "activity/email", "activity/emailthread", "activity/sms", "activity/meeting", "activity/created",
    "activity/status_change/lead", "activity/status_change/opportunity", "activity/task_completed",
    "activity/custom", "custom_field/lead", "custom_field/contact", "custom_field/opportunity",
    "custom_field/activity", "custom_activity", "status/lead", "status/opportunity", "pipeline", "saved_search",
    "email_template", "sms_template", "sequence", "role", "group", "connected_account", "integration_link",
    "webhook", "outcome", "bulk_action/edit", "bulk_action/delete", "export",
]  # fmt: skip


class Closeio(unittest.TestCase):
    comparison = twin.Comparison("closeio (address given as an argument)")

    @classmethod
    def setUpClass(cls):
        cls.api = API(f"{twin.URL}/api/v1/", twin.KEY, tz_offset="-5")
        twin.offset = "-5"
        cls.addClassCleanup(cls.comparison.report)

    def everything(self, endpoint, **parameters):
        """All records of a list, paged as the client's documentation and Close's own scripts do it."""
        records, has_more = [], True
        while has_more:
            page = self.api.get(endpoint, params={"_skip": len(records), "_limit": 50, **parameters})
            records += page["data"]
            has_more = page.get("has_more", False)
        return records

    def assert_stored(self, endpoint, written):
        """What the client was answered is what the twin holds."""
        found = twin.differences(written, twin.get(f"{endpoint}/{written['id']}"))
        self.assertEqual(found, [], f"{endpoint}/{written['id']}")

    def test_reads_every_list(self):
        for endpoint in LISTS:
            with self.subTest(endpoint):
                read = self.everything(endpoint)
                self.comparison.records(self, f"list of {endpoint}", read, twin.read_all(endpoint))

    def test_reads_the_event_log_by_cursor(self):
        twin.make_history()
        events, cursor = [], None
        while True:
            page = self.api.get("event", params={"_cursor": cursor} if cursor else None)
            events += page["data"]
            cursor = page["cursor_next"]
            if not cursor:
                break
        self.comparison.records(self, "event log by cursor", events, twin.read_events())

    def test_writes_and_reads_back(self):
        api = self.api
        status = api.get("status/lead")["data"][1]
        field = next(f for f in api.get("custom_field/lead")["data"] if f["type"] == "text")
        lead = api.post("lead", {
            "name": "Zürich Öl & Söhne",
            "url": "https://example.com",
            "description": "“Best” of 日本",
            "status_id": status["id"],
            f"custom.{field['id']}": "Trade show",
            "addresses": [{"label": "business", "city": "Zürich", "country": "CH"}],
            "contacts": [{
                "name": "Anna Muster",
                "title": "CEO",
                "emails": [{"type": "office", "email": "anna@example.com"}],
                "phones": [{"type": "mobile", "phone": "+41446681800"}],
            }],
        })  # fmt: skip
        self.assertEqual(lead["status_label"], status["label"])
        self.assertEqual(lead[f"custom.{field['id']}"], "Trade show")
        self.assert_stored("lead", lead)

        contact = api.post("contact", {"lead_id": lead["id"], "name": "Beat Beispiel"})
        contact = api.put(f"contact/{contact['id']}", {"title": "CTO", "urls": [{"url": "https://example.org"}]})
        self.assertEqual((contact["name"], contact["title"]), ("Beat Beispiel", "CTO"))
        self.assert_stored("contact", contact)

        deal = api.post("opportunity", {
            "lead_id": lead["id"], "contact_id": contact["id"], "value": 120000, "value_period": "annual",
            "confidence": 75, "note": "Renewal",
        })  # fmt: skip
        won = next(s for s in api.get("status/opportunity")["data"] if s["type"] == "won")
        deal = api.put(f"opportunity/{deal['id']}", {"status_id": won["id"]})
        self.assertEqual((deal["status_type"], deal["annualized_value"]), ("won", 120000))
        self.assertIsNotNone(deal["date_won"])
        self.assert_stored("opportunity", deal)

        me = api.get("me")
        task = api.post("task", {"lead_id": lead["id"], "assigned_to": me["id"], "text": "Call", "date": "2030-01-31"})
        task = api.put(f"task/{task['id']}", {"is_complete": True})
        self.assertTrue(task["is_complete"])
        self.assert_stored("task", task)

        note = api.post("activity/note", {"lead_id": lead["id"], "note": "Spoke with\nAnna"})
        self.assert_stored("activity/note", note)
        note = api.put(f"activity/note/{note['id']}", {"note": "Spoke with Beat"})
        self.assertEqual(note["note"], "Spoke with Beat")
        call = api.post("activity/call", {
            "lead_id": lead["id"], "contact_id": contact["id"], "direction": "outbound", "status": "completed",
            "duration": 87, "note": "Left a message", "phone": "+41446681800",
        })  # fmt: skip
        self.assert_stored("activity/call", call)
        draft = api.post("activity/email", {
            "lead_id": lead["id"], "contact_id": contact["id"], "status": "draft", "subject": "Offer",
            "to": ["anna@example.com"], "body_text": "Dear Anna", "attachments": [],
        })  # fmt: skip
        self.assert_stored("activity/email", draft)

        lead = api.get(f"lead/{lead['id']}")
        self.assertEqual([c["name"] for c in lead["contacts"]], ["Anna Muster", "Beat Beispiel"])
        self.assertEqual([o["id"] for o in lead["opportunities"]], [deal["id"]])
        self.assertEqual(lead["tasks"], [], "a lead shows the tasks that are still to do")
        types = {a["_type"] for a in self.everything("activity", lead_id=lead["id"])}
        expected = {"Created", "Note", "Call", "Email", "OpportunityStatusChange", "TaskCompleted"}
        self.assertEqual(types, expected)

        self.assertEqual(api.delete(f"activity/note/{note['id']}"), {})
        self.assertEqual(api.delete(f"lead/{lead['id']}"), {})
        for endpoint in (f"lead/{lead['id']}", f"contact/{contact['id']}", f"activity/call/{call['id']}"):
            with self.assertRaises(APIError) as refused:
                api.get(endpoint)
            self.assertEqual(refused.exception.response.status_code, 404)
        self.comparison.note("written, read back, changed and deleted: lead, contact, deal, task, note, call, e-mail")

    def test_searches(self):
        api = self.api
        found = self.everything("lead", query='"Acme Rockets" status:* sort:display_name', _fields="id,display_name")
        self.assertEqual(found, [{"id": twin.ACME, "display_name": "Acme Rockets"}])
        total = api.get("lead", params={"query": "contacts > 1", "_limit": 0})["total_results"]
        by_hand = [lead for lead in twin.read_all("lead") if len(lead["contacts"]) > 1]
        self.assertEqual(total, len(by_hand))
        found = self.everything("lead", query="contacts > 1", _fields="id")
        self.assertEqual({f["id"] for f in found}, {lead["id"] for lead in by_hand})
        body = {"_params": {"id__in": twin.ACME, "_fields": "id"}}
        found = api.post("lead", body, headers={"x-http-method-override": "GET"})["data"]
        self.assertEqual(found, [{"id": twin.ACME}])
        self.comparison.note(f"searched: {total} leads with several contacts, as counted by hand")

    def test_filters_with_a_cursor(self):
        condition = {
            "type": "field_condition",
            "field": {"type": "regular_field", "object_type": "contact", "field_name": "title"},
            "condition": {"type": "exists"},
        }
        clauses = [{"type": "object_type", "object_type": "contact"}, condition]
        search = {
            "query": {"type": "and", "queries": clauses},
            "_fields": {"contact": ["id", "lead_id", "name", "title"]},
            "_limit": 25,
            "include_counts": True,
        }
        found, cursor, total = [], None, None
        while True:
            page = self.api.post("data/search", {**search, "cursor": cursor})
            found += page["data"]
            total, cursor = page["count"]["total"], page["cursor"]
            if not cursor:
                break
        read = [{name: value for name, value in contact.items() if name != "__object_type"} for contact in found]
        titled = [contact for contact in twin.read_all("contact") if contact["title"]]
        stored = [{name: contact[name] for name in ("id", "lead_id", "name", "title")} for contact in titled]
        self.assertEqual(total, len(stored))
        self.comparison.records(self, "contacts with a title, by Advanced Filtering with a cursor", read, stored)

    def test_uploads_a_file(self):
        upload = self.api.post("files/upload", {"filename": "offer.pdf", "content_type": "application/pdf"})
        form = upload["upload"]
        sent = requests.post(form["url"], data=form["fields"], files={"file": b"%PDF-1.7"}, timeout=30)
        self.assertLess(sent.status_code, 300, sent.text)
        note = self.api.post("activity/note", {
            "lead_id": twin.ACME, "note": "See the offer", "attachments": [{
                "filename": "offer.pdf", "content_type": "application/pdf", "url": upload["download"]["url"], "size": 8,
            }],
        })  # fmt: skip
        self.assert_stored("activity/note", note)
        self.assertEqual(note["attachments"][0]["filename"], "offer.pdf")
        got = requests.get(note["attachments"][0]["url"], auth=(twin.KEY, ""), timeout=30)
        self.assertEqual(got.content, b"%PDF-1.7")
        self.comparison.note("a file was uploaded, attached to a note and downloaded as it was")

    def test_refusals_become_its_exceptions(self):
        with self.assertRaises(ValidationError) as refused:
            self.api.post("contact", {"lead_id": "lead_missing", "name": "Nobody"})
        self.assertEqual(list(refused.exception.field_errors), ["lead"])
        with self.assertRaises(APIError) as refused:
            API(f"{twin.URL}/api/v1/", "api_wrong").get("me")
        self.assertEqual(refused.exception.response.status_code, 401)
        self.comparison.note("refusals: field errors of a 400 and a 401 become the client's exceptions")

    def test_weathers_limits_and_outages(self):
        twin.fail_next(twin.rate_limited(1), 2, "/api/v1/me/")
        began = time.monotonic()
        me = self.api.get("me")
        self.assertGreaterEqual(time.monotonic() - began, 2)
        self.assertEqual(twin.differences(me, twin.get("me")), [])
        twin.fail_next({"status": 503}, 1, "/api/v1/task/", "POST")
        task = self.api.post("task", {"lead_id": twin.ACME, "text": "Once, in spite of the outage"})
        same = [t for t in twin.read_all("task", lead_id=twin.ACME) if t["text"] == task["text"]]
        self.assertEqual(len(same), 1)
        twin.fail_next("drop_before", 1, "/api/v1/user/")
        self.assertEqual(len(self.api.get("user")["data"]), len(twin.read_all("user")))
        self.comparison.note("two 429 were waited out; a 503 on a write and a broken connection were repeated")


if __name__ == "__main__":
    unittest.main()
