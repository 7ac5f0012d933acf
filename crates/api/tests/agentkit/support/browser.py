"""A person with a small browser: it follows redirects, keeps cookies, and fills in the forms it is shown."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

LONGEST_WAY = 12
"""More pages than this lead nowhere."""


@dataclass
class Page:
    """Where the browser ended, and what it shows there."""

    url: str
    status: int
    text: str
    seen: list

    @property
    def heading(self):
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.S)
        return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else ""


class _Forms(HTMLParser):
    """Every form of a page, with its fields and buttons."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.inside = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = {
                "action": given.get("action", ""), "method": given.get("method", "get").lower(),
                "fields": [], "choices": [], "buttons": [],
            }
            self.forms.append(self.inside)
        elif self.inside is not None and tag in ("input", "button"):
            kind = given.get("type", "text" if tag == "input" else "submit")
            pair = (given.get("name"), given.get("value", ""))
            place = {"radio": "choices", "submit": "buttons"}.get(kind, "fields")
            self.inside[place].append(pair)

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = None


def consent(link, person, *, decision="approve", stay_on=()):
    """Opens an authorization link, agrees as a person, and comes back.

    Pages of hosts that are not in `stay_on` (by default: this machine) are not loaded; their address is where the
    browser ends, as it does when an application's own page comes next.
    """
    session = requests.Session()
    hosts = set(stay_on) or {"localhost", "127.0.0.1"}
    method, url, fields, seen = "get", link, None, []
    for _ in range(LONGEST_WAY):
        seen.append(url)
        if urlsplit(url).hostname not in hosts:
            return Page(url, 0, "", seen)
        answer = session.request(method, url, data=fields, allow_redirects=False, timeout=30)
        if answer.is_redirect:
            method, url, fields = "get", urljoin(url, answer.headers["location"]), None
            continue
        step = _next_step(answer.text, person, decision) if answer.ok else None
        if step is None:
            return Page(url, answer.status_code, answer.text, seen)
        method, action, fields = step
        url = urljoin(url, action)
        if method == "get" and fields:
            url, fields = requests.Request("GET", url, params=fields).prepare().url, None
    raise AssertionError(f"the pages lead in circles: {seen}")


def _next_step(html, person, decision):
    """The form that leads on: a plain one is sent, Close's asks who agrees."""
    parser = _Forms()
    parser.feed(html)
    for form in parser.forms:
        fields = [pair for pair in form["fields"] if pair[0]]
        if form["choices"]:
            mine = f"{person['user_id']}|{person['organization_id']}"
            chosen = [pair for pair in form["choices"] if pair[1] == mine]
            assert chosen, f"the consent page does not offer {person['user_name']}"
            return form["method"], form["action"], [*fields, *chosen, ("decision", decision)]
        return form["method"], form["action"], fields
    return None
