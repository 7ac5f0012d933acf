"""Starts what is measured: a twin, the gateway in front of it, and an nginx in front of the same twin."""

import base64
import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

# Never reached, so that the twin's limit on requests does not decide the result.
RATE_LIMIT = "1000000/1"
START_SECONDS = 60
STOP_SECONDS = 30


class Failure(Exception):
    """The benchmark cannot go on; the text says why."""


class Server:
    """A running process and where it listens."""

    def __init__(self, name, process, url):
        self.name = name
        self.process = process
        self.url = url

    @property
    def process_id(self):
        return self.process.pid

    def stop(self):
        """Asks it to finish, and waits until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _start_latch(latch, folder, log_name, *arguments):
    """Starts a command of Latch that prints one line of JSON when it is ready; returns the process and that line."""
    log = folder / f"{log_name}.log"
    with open(log, "w") as errors:
        process = subprocess.Popen([latch, *arguments, "--json"], stdout=subprocess.PIPE, stderr=errors, text=True)
    line = process.stdout.readline()
    if not line:
        process.wait()
        raise Failure(f"latch {' '.join(arguments)} did not start: {log.read_text().strip()}")
    return process, json.loads(line)


def start_twin(latch, folder):
    """The twin, the API key of its first user included."""
    process, ready = _start_latch(latch, folder, "twin", "twin", "--port", "0", "--rate-limit", RATE_LIMIT)
    twin = Server("twin", process, ready["twin_url"])
    twin.api_key = ready["twin_api_keys"][0]["key"]
    return twin


def basic_credential(user, password=""):
    """The value of an `authorization` header with a name and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class DataFolder:
    """A data folder of the gateway: one active account at the twin and one API client."""

    def __init__(self, latch, folder, twin, identifier):
        self.latch = latch
        self.folder = folder
        self.path = folder / "data"
        self.path.mkdir()
        self.identifier = identifier
        self._run("connections", "set", "close", "--close-url", twin.url)
        self._run("accounts", "add", identifier, text=twin.api_key + "\n")
        self.client = self._run("clients", "create", "benchmark")

    @property
    def database(self):
        return self.path / "latch.db"

    def _run(self, *arguments, text=None):
        command = [self.latch, "--data-folder", self.path, *arguments, "--json"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"latch {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def serve(self):
        """Starts the gateway with its usual settings; its address is the one without TLS."""
        arguments = ("--data-folder", str(self.path), "serve", "--listen", "127.0.0.1:0")
        process, ready = _start_latch(self.latch, self.folder, "gateway", *arguments)
        gateway = Server("gateway", process, ready.get("cleartext_url") or ready["gateway_url"])
        try:
            if not gateway.url.startswith("http://"):
                raise Failure(f"the gateway has no address without TLS: {ready}")
            gateway.authorization = self._authorization(gateway.url)
        except BaseException:
            gateway.stop()
            raise
        return gateway

    def _authorization(self, url):
        """A bearer token, as applications use it."""
        form = "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}".format(
            **self.client
        )
        with urllib.request.urlopen(f"{url}/oauth/token", form.encode(), timeout=10) as answer:
            return "Bearer " + json.load(answer)["access_token"]


def start_nginx(folder, twin):
    """An nginx that forwards to the twin with the credential of its first user."""
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = {
        "folder": str(folder),
        "twin": twin.url.removeprefix("http://"),
        "port": str(port),
        "credential": basic_credential(twin.api_key),
    }
    text = (pathlib.Path(__file__).parent / "nginx.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    with open(folder / "nginx.log", "w") as errors:
        process = subprocess.Popen(["nginx", "-p", folder, "-c", configuration], stdout=errors, stderr=errors)
    nginx = Server("nginx", process, f"http://127.0.0.1:{port}")
    _wait_until_listening(nginx, port, folder / "nginx.log")
    return nginx


def _wait_until_listening(server, port, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise Failure(f"{server.name} did not start: {log.read_text().strip()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    server.stop()
    raise Failure(f"{server.name} does not listen after {START_SECONDS} s")
