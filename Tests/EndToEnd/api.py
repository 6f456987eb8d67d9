"""The running server against its own description: requests made up from openapi.json, those that obey it and those that
do not, in single ones and in sequences, and every answer compared with what it promises."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import expect, server

# What runs inside the tester: values that the description cannot tell apart from others are put in before each request.
HOOKS = '''
import json
import re
import urllib.request
import uuid

import schemathesis

def cloud(case):
    """Each uid records once, and a recording is started by what was acquired for it."""
    body, path = case.body, case.path_parameters or {}
    uid = str(body.get("uid"))
    if not re.fullmatch("[1-9][0-9]{0,9}", uid) or int(uid) >= 1 << 32 or not isinstance(body.get("cname"), str):
        return
    body["uid"] = str(1 + uuid.uuid4().int % 999_999_999)
    if not re.fullmatch("[0-9a-f]{64}", str(path.get("resourceid"))) or "sid" in path:
        return
    wish = json.dumps({"cname": body["cname"], "uid": body["uid"]}).encode()
    url = f"{case.operation.base_url}/v1/apps/{path['appid']}/cloud_recording/acquire"
    call = urllib.request.Request(url, wish, {"Content-Type": "application/json"})
    try:
        path["resourceid"] = json.load(urllib.request.urlopen(call))["resourceId"]
    except OSError:
        pass

@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict) and "/cloud_recording/" in case.operation.path:
        cloud(case)
    if isinstance(case.body, dict):
        # Files would go wherever the tester likes, its regular expressions are Python's, and it would call any host.
        if isinstance(case.body.get("directory"), str) and case.body["directory"]:
            case.body["directory"] = str(uuid.uuid4())
        for users in ("audioUsers", "videoUsers"):
            if isinstance(case.body.get(users), dict) and isinstance(case.body[users].get("matching"), str):
                case.body[users]["matching"] = "1[0-9]*"
        if re.match("https?://", str(case.body.get("url"))):
            case.body["url"] = "http://127.0.0.1:9/"
    # A key that another request had is refused, as it should be.
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
'''
# What ends the server, and what needs an SDP that only a client makes.
LEFT_OUT = ["--exclude-path", "/v1/server/drain", "--exclude-path-regex", "^/whip"]


def the_server_does_what_openapi_says(examples=10, seed=1):
    with server("--min-free", "1m") as one, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "hooks.py").write_text(HOOKS)
        found = subprocess.run(
            [Path(sys.executable).parent / "schemathesis", "run", f"{one.url}/openapi.json", "--max-examples", str(examples),
             "--seed", str(seed), "--phases", "examples,coverage,fuzzing,stateful", "--workers", "1",
             "--suppress-health-check", "all", "--no-color", *LEFT_OUT],
            cwd=folder, env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks"}, capture_output=True, text=True, timeout=600)
        expect(found.returncode == 0, found.stdout[-6000:] + found.stderr[-500:])
        tested = re.search(r"Tested: (\d+)", found.stdout)
        cases = re.search(r"(\d+) generated", found.stdout)
        return f"{tested and tested.group(1)} operations, {cases and cases.group(1)} requests, seed {seed}"


TESTS = [the_server_does_what_openapi_says]
