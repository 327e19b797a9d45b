#!/usr/bin/env bash
# vllm-router repeats a request at once, although the worker's `retry-after` header names a wait. Run it by hand; it
# needs Python 3.9 or later and the network for the installation alone.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-input --disable-pip-version-check vllm-router==0.1.17

NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

RETRY_AFTER = 37
folder = Path(sys.argv[1])
arrivals = []


def out_of_time(*_):
    raise SystemExit("The run took too long.")


signal.signal(signal.SIGALRM, out_of_time)
signal.alarm(120)


class Worker(BaseHTTPRequestHandler):
    """A worker with two models: `free` answers, `limited` has reached its rate limit."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, content, headers=()):
        data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in [("content-type", "application/json"), ("content-length", str(len(data))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/health":
            self.reply(200, {})
        elif self.path == "/v1/models":
            self.reply(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in ("free", "limited")]})
        else:
            self.reply(404, {"detail": "Not Found"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/v1/chat/completions":
            self.reply(404, {"detail": "Not Found"})
            return
        arrivals.append(time.monotonic())
        if body["model"] == "limited":
            error = {"message": "The rate limit is reached.", "type": "requests", "code": "rate_limit_exceeded"}
            self.reply(429, {"error": error}, [("retry-after", str(RETRY_AFTER))])
            return
        choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "free"}
        self.reply(200, {**answer, "choices": [choice], "usage": usage})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(root, model):
    """Sends one request; returns the status, `retry-after` and the seconds at which the worker received it."""
    arrivals.clear()
    start = time.monotonic()
    body = {"model": model, "messages": [{"role": "user", "content": "Say hello."}]}
    request = Request(f"{root}/v1/chat/completions", json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urlopen(request, timeout=60) as response:
            status, wait = response.status, response.headers["retry-after"]
            response.read()
    except HTTPError as error:
        status, wait = error.code, error.headers["retry-after"]
    return status, wait, [round(at - start, 2) for at in arrivals]


worker = ThreadingHTTPServer(("127.0.0.1", 0), Worker)
threading.Thread(target=worker.serve_forever, daemon=True).start()
port = free_port()
root = f"http://127.0.0.1:{port}"
command = [folder / "venv/bin/vllm-router", "--host", "127.0.0.1", "--port", str(port)]
command += ["--prometheus-port", str(free_port()), "--worker-urls", f"http://127.0.0.1:{worker.server_port}"]
log = folder / "router.log"
with log.open("w") as output:
    router = subprocess.Popen(command, stdout=output, stderr=output)
try:
    for _ in range(300):
        try:
            with urlopen(f"{root}/health", timeout=5):
                break
        except (URLError, OSError):
            time.sleep(0.2)
    else:
        raise SystemExit("The router did not start.")
    free = ask(root, "free")
    limited = ask(root, "limited")
finally:
    router.terminate()
    try:
        router.wait(15)
    except subprocess.TimeoutExpired:
        router.kill()

print(f"""Version: vllm-router {version("vllm-router")}, with its default settings

Expected: RFC 9110, section 10.2.3, lets a server state in `retry-after` how long a client is to wait before its next request.
A worker refuses a request with status 429 and `retry-after: {RETRY_AFTER}`. A router that repeats the request waits {RETRY_AFTER} seconds
first, or returns the refusal at once.

Behaviour: The router ignores the header. It sends the same request to the same worker five times within a few seconds,
and then returns the worker's refusal to its client, with the header. So a worker at its rate limit
receives five requests for each one of a client.

Seen:""")
for model, (status, wait, seconds) in (("free", free), ("limited", limited)):
    print(f"  model {model}: the client received status {status}, retry-after: {wait};")
    print(f"    the worker received {len(seconds)} request(s), at these seconds: {seconds}")
as_described = (
    free[0] == 200
    and len(free[2]) == 1
    and limited[:2] == (429, str(RETRY_AFTER))
    and len(limited[2]) == 5
    and limited[2][-1] < 10
)
print("\nThe behaviour is as described." if as_described else "\nThe behaviour has changed.")
sys.exit(0 if as_described else 1)
PYTHON
