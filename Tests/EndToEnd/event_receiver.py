"""Receives webhooks as an application would: checks the signature, keeps what it takes, and answers 500 now and then.

`event_receiver.py PORT FILE SECRET SHARE SEED`: a share of deliveries is refused, by the seed. Each line of FILE is one
delivery that was taken, on the disk before it is answered.
"""

import hashlib
import hmac
import json
import os
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, FILE, SECRET, SHARE, SEED = sys.argv[1:6]
chance = random.Random(int(SEED))
lock = threading.Lock()
log = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def is_genuine(header, body):
    """What docs/events.md tells receivers to check."""
    parts = dict(part.split("=", 1) for part in (header or "").split(","))
    expected = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        with lock:
            is_refused = chance.random() < float(SHARE)
            if not is_refused:
                entry = {"event": event, "isGenuine": is_genuine(self.headers["Lathe-Signature"], body)
                         and self.headers["Lathe-Event-Id"] == str(event["id"])}
                os.write(log, (json.dumps(entry) + "\n").encode())
            # Long enough to be killed in between.
            time.sleep(chance.uniform(0, 0.02))
        self.send_response(500 if is_refused else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Receiver(ThreadingHTTPServer):
    # Lathe may be killed before it hears the answer.
    def handle_error(self, *_):
        pass


receiver = Receiver(("127.0.0.1", int(PORT)), Hook)
print("ready", flush=True)
receiver.serve_forever()
