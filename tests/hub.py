"""A WebSub hub (W3C Recommendation of 2018), as a program of its own on loopback.

    python tests/hub.py --lease 864000 --signature sha256

It prints its address, takes subscriptions, verifies each from a thread of its own, drops those whose lease
has ended, and on a publisher's ping fetches the topic and tells the subscribers. `GET /` lists what it did.
"""

from __future__ import annotations

import argparse
import hmac
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode

AGENT = "a hub for tests"


@dataclass
class Subscribed:
    """A subscription whose intent was verified; `ends` is a time of this machine's clock."""

    topic: str
    callback: str
    secret: str
    ends: float


class Hub:
    """The subscriptions of a hub, the requests that came for them, and how each delivery was answered."""

    def __init__(self, lease: int, signature: str, refuse: bool, deny: bool) -> None:
        self.lease, self.signature, self.refuse, self.deny = lease, signature, refuse, deny
        self.subscribed: dict[tuple[str, str], Subscribed] = {}
        self.requests: list[dict[str, str]] = []
        self.pings: list[str] = []
        self.delivered: list[int] = []

    def take(self, form: dict[str, str]) -> int:
        """What a request is answered; what comes of it is done later."""
        mode, topic, callback = (form.get(f"hub.{name}", "") for name in ("mode", "topic", "callback"))
        if mode == "publish":
            self.pings.append(form.get("hub.url") or topic)
            Thread(target=self.distribute, args=[form.get("hub.url") or topic], daemon=True).start()
            return 202
        self.requests.append(form)
        if self.refuse or mode not in ("subscribe", "unsubscribe") or not topic or not callback:
            return 400
        Thread(target=self.verify, args=[mode, topic, callback, form], daemon=True).start()
        return 202

    def verify(self, mode: str, topic: str, callback: str, form: Mapping[str, str]) -> None:
        """Ask the subscriber whether it meant it (§5.3), or deny (§5.2)."""
        if self.deny:
            call(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": "no room"})
            return
        challenge = secrets.token_hex(16)
        asked = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        lease = self.lease or int(form.get("hub.lease_seconds", "864000"))
        if mode == "subscribe":
            asked["hub.lease_seconds"] = str(lease)
        status, said = call(callback, asked)
        if 200 <= status < 300 and said == challenge.encode():
            self.subscribed.pop((topic, callback), None)
            if mode == "subscribe":
                one = Subscribed(topic, callback, form.get("hub.secret", ""), time.time() + lease)
                self.subscribed[topic, callback] = one

    def distribute(self, topic: str) -> None:
        """Fetch a topic, and send it to each subscriber whose lease still runs (§7)."""
        with urllib.request.urlopen(urllib.request.Request(topic, headers={"User-Agent": AGENT})) as answer:
            body, content_type = answer.read(), answer.headers["Content-Type"]
        for one in list(self.subscribed.values()):
            if one.topic == topic and one.ends > time.time():
                self.delivered.append(self.deliver(one, body, content_type))

    def deliver(self, one: Subscribed, body: bytes, content_type: str) -> int:
        headers = {"Content-Type": content_type, "Link": f'<{one.topic}>; rel="self"'}
        if one.secret:
            headers["X-Hub-Signature"] = signed(one.secret, body, self.signature)
        return send(one.callback, body, headers)

    def standing(self) -> dict[str, Any]:
        running = [asdict(one) for one in self.subscribed.values() if one.ends > time.time()]
        return {
            "subscribed": running,
            "requests": self.requests,
            "pings": self.pings,
            "delivered": self.delivered,
        }


def signed(secret: str, body: bytes, method: str = "sha256") -> str:
    """The X-Hub-Signature of a body (§8)."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def call(callback: str, asked: Mapping[str, str]) -> tuple[int, bytes]:
    """GET a callback: what it answered; 0 where nobody is there."""
    try:
        with urllib.request.urlopen(f"{callback}?{urlencode(asked)}", timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""
    except OSError:
        return 0, b""


def send(callback: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST a body to a callback: the status it answered; 0 where nobody is there."""
    request = urllib.request.Request(callback, body, dict(headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(200, json.dumps(hub.standing()).encode())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(hub.take(dict(parse_qsl(sent.decode()))))

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class HubProcess:
    """A hub that runs, as a test sees it."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __enter__(self) -> Self:
        command = [sys.executable, str(Path(__file__)), *self.words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    @property
    def standing(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(call(self.url, {})[1])
        return found

    def publish(self, topic: str) -> None:
        """Tell the hub, as a publisher does, that a topic has changed."""
        assert send(self.url, urlencode({"hub.mode": "publish", "hub.url": topic}).encode(), {}) == 202


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lease", type=int, default=0, help="seconds; else those asked for")
    options.add_argument("--signature", default="sha256")
    options.add_argument("--refuse", action="store_true", help="answer requests with 400")
    options.add_argument("--deny", action="store_true", help="take requests, and deny them later")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Hub(**vars(options.parse_args()))))
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
