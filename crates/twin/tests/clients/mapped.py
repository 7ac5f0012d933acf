"""Starts a client's own command line with Close's address mapped to the twin.

Usage: python mapped.py <address of Close> <address of the twin> <module> <function> [arguments of the client]

`tap-closeio` and `airbyte-source-close-com` hard-code the address of Close. Their code is untouched: only where
`requests` is about to send a request that begins with that address, the twin's address takes its place. Any other
host is refused, so that nothing can leave this machine unseen.
"""

import importlib
import sys

import requests

close, twin, module, function = sys.argv[1:5]
send = requests.Session.send


def send_to_twin(session, request, **options):
    if request.url.startswith(f"{close}/"):
        request.url = twin + request.url[len(close):]
    elif not request.url.startswith(f"{twin}/"):
        raise AssertionError(f"{request.url} is neither Close nor the twin")
    return send(session, request, **options)


requests.Session.send = send_to_twin
sys.argv = [module, *sys.argv[5:]]
getattr(importlib.import_module(module), function)()
