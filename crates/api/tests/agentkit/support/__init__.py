"""What the tests of all Python SDKs stand on: a running Latch, its Close, and a person with a browser."""
