"""A running Latch with its local Close, as its line of JSON describes it."""

import json
import os
import subprocess
import threading
import uuid

import requests

PATIENCE = 30
"""Seconds after which something that should happen at once has not happened."""


class House:
    """Latch and the twin behind it: addresses, levers, and the command line that belongs to them."""

    def __init__(self, told, process=None):
        self.told = told
        self.process = process
        self.url = told["gateway_url"]
        self.clear_url = told.get("cleartext_url") or told["gateway_url"]
        self.ca_file = told.get("ca_file")
        self.client_id = told["client_id"]
        self.client_secret = told["client_secret"]
        self._token = None
        self._lock = threading.Lock()

    @classmethod
    def shared(cls):
        """The one that `run` has started for all suites."""
        with open(os.environ["LATCH_TOLD"], encoding="utf-8") as file:
            return cls(json.load(file))

    @classmethod
    def start(cls, *options, port=0):
        """One of its own, for a test that hurts it."""
        command = [os.environ["LATCH_BIN"], "up", "--json", "--port", str(port), "--twin-port", "0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return cls(json.loads(process.stdout.readline()), process)

    def stop(self):
        """Asks it to stop, as an operator does; answers its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()

    def authenticate(self, client_id=None, client_secret=None, **more):
        """The token endpoint's whole answer."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id or self.client_id,
            "client_secret": client_secret or self.client_secret,
            **more,
        }
        return requests.post(f"{self.url}/oauth/token", data=form, verify=self.verify, timeout=PATIENCE)

    def token(self, client_id=None, client_secret=None):
        """A fresh access token."""
        answer = self.authenticate(client_id, client_secret)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    @property
    def verify(self):
        return self.ca_file or True

    def rest(self, method, path, body=None, token=None, **more):
        """One REST call as the first client, or with another token."""
        with self._lock:
            if token is None and self._token is None:
                self._token = self.token()
        headers = {"Authorization": f"Bearer {token or self._token}", **more.pop("headers", {})}
        return requests.request(
            method, self.url + path, json=body, headers=headers, verify=self.verify, timeout=PATIENCE, **more
        )

    def cli(self, *arguments, given=None):
        """What the `latch` program answers in JSON; `given` is what it reads from standard input."""
        command = [os.environ["LATCH_BIN"], "--json", "--data-folder", self.told["data_folder"], *arguments]
        done = subprocess.run(
            command, input=given or "", capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def new_client(self, environment="default"):
        """An API client in an environment, which comes to be with its first client."""
        name = f"client-{uuid.uuid4().hex[:8]}"
        return self.cli("clients", "create", name, "--environment", environment)

    # --- Close ---

    def lever(self, method, path, /, **body):
        """Pulls a lever of the twin."""
        answer = requests.request(method, self.told["control_url"] + path, json=body or None, timeout=PATIENCE)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def new_person(self, role="admin"):
        """Somebody new in Close's organization; what goes wrong for them goes wrong for nobody else."""
        tag = uuid.uuid4().hex[:10]
        return self.lever(
            "POST", "/users", email=f"p{tag}@closer.example.com", first_name="Pat", last_name=tag,
            organization="Closer Inc", role_id=role,
        )

    def fault(self, person, kind, **which):
        """From now on Close goes wrong for a person; answers the number to clear it by."""
        return self.lever("POST", "/faults", account=person["user_email"], kind=kind, **which)["id"]

    def heal(self, number):
        """Ends a fault."""
        self.lever("DELETE", f"/faults/{number}")

    def heard(self, method, path, containing=""):
        """The requests Close has had, narrowed to those that mention a text."""
        requests_ = self.lever("GET", "/requests")["requests"]
        return [
            one for one in requests_
            if one["method"] == method and one["path"] == path and containing in one["query"] + one["body"]
        ]

    def close(self, person, method, path, body=None):
        """What Close itself says to a person, without Latch in between."""
        url = f"{self.told['twin_url']}/api/v1{path}"
        answer = requests.request(method, url, json=body, auth=(person["key"], ""), timeout=PATIENCE)
        assert answer.status_code < 300, answer.text
        return answer.json()
