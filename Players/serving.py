"""A small web server that gives files to browsers, in parts if asked to, as any web server does."""

import http.server
import re
import threading
from contextlib import contextmanager

KINDS = {".webm": "video/webm", ".m4a": "audio/mp4", ".aac": "audio/aac", ".html": "text/html; charset=utf-8"}


class Files(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    paths = {}

    def do_GET(self):
        path = self.paths.get(self.path)
        if path is None:
            return self.answer(404, b"", {})
        size = path.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        end = min(int(wanted[2]), size - 1) if wanted and wanted[2] else size - 1
        if start >= size:
            return self.answer(416, b"", {"Content-Range": f"bytes */{size}"})
        with open(path, "rb") as file:
            file.seek(start)
            body = file.read(end - start + 1)
        headers = {"Content-Type": KINDS.get(path.suffix, "video/mp4"), "Accept-Ranges": "bytes",
                   "Cache-Control": "no-store"}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        self.answer(206 if wanted else 200, body, headers)

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The browser has seen enough of it.

    def log_message(self, *_):
        pass


@contextmanager
def serving(**paths):
    """Serves the named files; gives the address they begin with."""
    handler = type("Served", (Files,), {"paths": {f"/{name}": path for name, path in paths.items()}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
