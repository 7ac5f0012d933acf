"""A person in front of a browser: opens an authorization link, signs in, and agrees."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Form(HTMLParser):
    """The first form of a page: where it goes, its fields, its choices and its buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.choices: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        name, value = has.get("name", ""), has.get("value", "")
        if tag == "form" and self.action is None:
            self.action = has.get("action", "")
        elif tag == "select":
            self._select = name
        elif tag == "option":
            self.choices.append((self._select, value))
        elif tag == "input" and has.get("type") == "radio":
            self.choices.append((name, value))
        elif tag == "button" or has.get("type") == "submit":
            self.buttons.append((name, value))
        elif tag == "input" and name:
            self.fields[name] = value


def agree(link: str, person: dict[str, str]) -> httpx.Response:
    """Follows the link as `person` (an entry of the local Close's API keys) and approves."""
    with httpx.Client(follow_redirects=True, timeout=20) as browser:
        page = browser.get(link)
        for _ in range(4):
            form = Form(page.text)
            if form.action is None or "/oauth/callback" in str(page.url):
                return page
            fields = dict(form.fields)
            for name, value in form.choices:
                # A membership is a user and an organization, as one value.
                if value == f"{person['user_id']}|{person['organization_id']}":
                    fields[name] = value
            liked = [b for b in form.buttons if b[1] in ("approve", "allow", "authorize")]
            for name, value in liked or form.buttons[:1]:
                if name:
                    fields[name] = value
            page = browser.post(urljoin(str(page.url), form.action), data=fields)
            page.raise_for_status()
        return page
