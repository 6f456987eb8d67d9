"""The cloud recorder's paths, used by a client that knows nothing of Lathe but its base URL."""

import base64
import hashlib
import hmac
import json
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from harness import (Failure, Server, expect, ffmpeg_errors, get, get_json, lathe, post, probe, request, server, start)

APP = "0123456789abcdef0123456789abcdef"


class CloudClient:
    """What the documents of those paths tell a client to do, and nothing else."""

    def __init__(self, base, cname, uid, credentials="id:secret"):
        self.base, self.cname, self.uid = base, cname, uid
        self.headers = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(),
                        "Content-Type": "application/json;charset=utf-8"}
        self.resource = self.sid = None

    def call(self, method, path, wish=None):
        body = json.dumps({"cname": self.cname, "uid": self.uid, "clientRequest": wish or {}}).encode()
        status, _, answer = request(method, f"{self.base}/v1/apps/{APP}/cloud_recording{path}",
                                    body if method == "POST" else None, self.headers)
        return status, json.loads(answer)

    def acquire(self):
        status, answer = self.call("POST", "/acquire", {"region": "EU", "scene": 0, "resourceExpiredHour": 24})
        expect(status == 200, f"acquire: {status} {answer}")
        self.resource = answer["resourceId"]

    def begin(self, **configuration):
        wish = {"token": "007hidden", "storageConfig": {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "hidden-key",
                                                         "secretKey": "hidden-secret"},
                "recordingFileConfig": {"avFileType": ["hls"]},
                "recordingConfig": {"channelType": 0, "maxIdleTime": 120, "subscribeUidGroup": 0, **configuration}}
        status, answer = self.call("POST", f"/resourceid/{self.resource}/mode/individual/start", wish)
        if status == 200:
            self.sid = answer["sid"]
        return status, answer

    def session(self, action, wish=None):
        method = "GET" if action == "query" else "POST"
        return self.call(method, f"/resourceid/{self.resource}/sid/{self.sid}/mode/individual/{action}", wish)

    def query(self):
        status, answer = self.session("query")
        expect(status == 200, f"query: {status} {answer}")
        return answer["serverResponse"]

    def query_until(self, what, condition, seconds=20):
        deadline = time.time() + seconds
        while time.time() < deadline:
            found = self.query()
            if condition(found):
                return found
            time.sleep(0.2)
        raise Failure(f"{what}: {found}")


class Notices:
    """A receiver of notifications that checks what their documents tell it to."""

    def __init__(self, secret):
        self.got, self.forged = [], 0
        outer = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                codes = [hmac.new(secret, body, kind).hexdigest() for kind in (hashlib.sha1, hashlib.sha256)]
                if codes != [self.headers["Agora-Signature"], self.headers["Agora-Signature-V2"]]:
                    outer.forged += 1
                outer.got.append(json.loads(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.receiver = HTTPServer(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self.receiver.server_port}/notices"
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()

    def wait_for(self, event_type, seconds=20):
        deadline = time.time() + seconds
        while time.time() < deadline:
            if any(notice["eventType"] == event_type for notice in self.got):
                return
            time.sleep(0.1)
        raise Failure(f"no notice {event_type} among {self.got}")


def a_cloud_client_changes_its_base_url():
    """acquire, start, query, update, query, stop: two users, one of whom is left out halfway."""
    notices = Notices(b"a secret of the customer")
    with tempfile.TemporaryDirectory() as folder:
        credentials = Path(folder) / "cloud"
        credentials.write_text("id:secret\n")
        with server("--cloud-credentials", credentials) as one:
            status, _, _ = post(f"{one.url}/v1/webhooks", {"url": notices.url, "secret": "a secret of the customer",
                                                          "format": "cloud"})
            expect(status == 201, f"the webhook: {status}")
            stranger = CloudClient(one.url, "room", "1", "id:wrong")
            expect(stranger.call("POST", "/acquire")[0] == 401, "a stranger got in")
            client = CloudClient(one.url, "room", "527841")
            client.acquire()
            status, answer = client.begin(subscribeVideoUids=["#allstream#"], subscribeAudioUids=["#allstream#"])
            expect(status == 200, f"start: {status} {answer}")
            expect("clientRequest.storageConfig" in answer["ignored"], f"{answer}")
            expect(client.query()["status"] == 4, "it is not ready")
            status, answer = client.begin()
            expect((status, answer["code"], answer["sid"]) == (201, 7, client.sid), f"{status} {answer}")
            users = [start("publish", "--server", one.url, "--channel", "room", "--uid", uid, "--pattern", "--seconds", 30)
                     for uid in (7, 8)]
            found = client.query_until("two users", lambda found: len(found.get("fileList", [])) == 2)
            expect(found["status"] == 5, f"{found}")
            time.sleep(3)
            only = {"streamSubscribe": {"audioUidList": {"subscribeAudioUids": ["7"]},
                                        "videoUidList": {"subscribeVideoUids": ["7"]}}}
            status, answer = client.session("update", only)
            expect(status == 200 and set(answer) == {"cname", "uid", "resourceId", "sid"}, f"update: {status} {answer}")
            time.sleep(5)
            status, answer = client.session("stop")
            for user in users:
                user.terminate()
                user.communicate(timeout=20)
            expect(status == 200, f"stop: {status} {answer}")
            response = answer["serverResponse"]
            expect((response["status"], response["fileListMode"], response["uploadingStatus"]) == (8, "json", "unknown"),
                   f"{response}")
            seconds = check_files(one, response["fileList"])
            status, answer = client.session("stop")
            expect((status, answer["code"]) == (400, 49), f"{status} {answer}")
            notices.wait_for(11)
            check_notices(notices, client)
            log = (one.root / "serve.log").read_text()
            stored = b"".join(path.read_bytes() for path in (one.root / "rec/.lathe").glob("lathe.db*"))
            for secret in ("hidden-key", "hidden-secret", "007hidden"):
                expect(secret not in log and secret.encode() not in stored, f"{secret} was kept")
            return f"{seconds['7']:.1f} s of the one, {seconds['8']:.1f} s of the other, {len(notices.got)} notices"


def check_files(one, files):
    """Every file is fetched from where the answer says, and plays; the user who was left out has less."""
    seconds = {}
    for file in files:
        status, _, body = get(one.url + file["url"])
        expect(status == 200, f"{file['url']}: {status}")
        path = one.root / file["fileName"]
        path.write_bytes(body)
        expect(not ffmpeg_errors(path), file["fileName"])
        expect(file["trackType"] == "audio_and_video" and not file["mixedAllUser"], f"{file}")
        expect(abs(file["sliceStartTime"] / 1000 - time.time()) < 120, f"{file}")
        seconds[file["uid"]] = probe(path)["duration"]
    expect(set(seconds) == {"7", "8"}, f"{files}")
    expect(seconds["7"] - seconds["8"] >= 3, f"user 8 was not left out: {seconds}")
    return seconds


def check_notices(notices, client):
    expect(notices.forged == 0, f"{notices.forged} signatures are wrong")
    types = [notice["eventType"] for notice in notices.got]
    expect(types[0] == 40 and types[-1] == 11 and types.count(42) == 2 and 41 in types, f"{types}")
    for notice in notices.got:
        payload = notice["payload"]
        expect((payload["cname"], payload["uid"], payload["sid"]) == ("room", client.uid, client.sid), f"{notice}")
    expect(len({notice["noticeId"] for notice in notices.got}) == len(types), "notices share their id")


def cloud_resources_and_sids_outlive_the_server():
    """A resource that was acquired before a crash starts a recording after it, and a sid from before answers."""
    one = Server()
    try:
        running, waiting = CloudClient(one.url, "room", "1"), CloudClient(one.url, "room", "2")
        running.acquire()
        waiting.acquire()
        expect(running.begin()[0] == 200, "it did not start")
        lathe("publish", "--server", one.url, "--channel", "room", "--uid", 7, "--pattern", "--seconds", 3)
        one.kill()
        one.begin()
        found = running.query()
        expect(found["fileList"][0]["uid"] == "7", f"{found}")
        status, answer = running.begin()
        expect(status in (201, 400) and answer["code"] in (7, 433), f"{status} {answer}")
        expect(waiting.begin()[0] == 200, "the resource was forgotten")
        status, answer = waiting.session("stop")
        expect((status, answer["code"]) == (206, 435), f"{status} {answer}")
        return f"status {found['status']} after the crash"
    finally:
        one.stop()


TESTS = [
    a_cloud_client_changes_its_base_url,
    cloud_resources_and_sids_outlive_the_server,
]
