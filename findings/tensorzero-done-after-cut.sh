#!/usr/bin/env bash
# The TensorZero gateway ends an incomplete answer with `[DONE]` and without an error, as it ends a complete one. Run it
# by hand; it needs Python 3.10 or later and the network for the installation alone.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-input --disable-pip-version-check tensorzero==2026.6.0 openai==3.57.0

NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 OPENAI_API_KEY=sk-example "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import signal
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from urllib.request import Request, urlopen

folder = Path(sys.argv[1])
# Ends this process, and the gateway within it, when the run takes too long.
signal.alarm(120)


class Service(BaseHTTPRequestHandler):
    """A service with two models: `complete` sends all of its answer; `cut` ends the response after two words."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send_chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def send_event(self, content):
        self.send_chunk(f"data: {content}\n\n".encode())

    def send_delta(self, model, delta, finish_reason=None):
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
        self.send_event(json.dumps(chunk))

    def do_POST(self):
        model = json.loads(self.rfile.read(int(self.headers["content-length"])))["model"]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for delta in ({"role": "assistant", "content": "One"}, {"content": " two"}):
            self.send_delta(model, delta)
        if model == "complete":
            self.send_delta(model, {"content": " three."})
            self.send_delta(model, {}, "stop")
            self.send_event("[DONE]")
        # The HTTP response itself always ends as HTTP requires.
        self.send_chunk(b"")


def ask(root, model):
    """Sends one request; returns the events of the answer."""
    body = {
        "model": f"tensorzero::model_name::{model}",
        "stream": True,
        "messages": [{"role": "user", "content": "Count to three."}],
    }
    request = Request(f"{root}/chat/completions", json.dumps(body).encode(), {"content-type": "application/json"})
    with urlopen(request, timeout=30) as response:
        lines = response.read().decode().splitlines()
    return [line[len("data: "):] for line in lines if line.startswith("data: ")]


def summary(event):
    """What an event holds that matters here."""
    if event == "[DONE]":
        return event
    content = json.loads(event)
    if "error" in content:
        return {"error": content["error"]}
    choice = content["choices"][0]
    return {"delta": choice["delta"], "finish_reason": choice["finish_reason"]}


service = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
models = ("complete", "cut")
config = folder / "tensorzero.toml"
config.write_text("[gateway]\nobservability.enabled = false\n" + "".join(f"""
[models.{model}]
routing = ["service"]
[models.{model}.providers.service]
type = "openai"
model_name = "{model}"
api_base = "http://127.0.0.1:{service.server_port}/v1/"
""" for model in models))

from openai import OpenAI
from tensorzero import patch_openai_client

# The function starts the gateway and gives the client its address. It is deprecated, and works in this version.
warnings.simplefilter("ignore")
client = patch_openai_client(OpenAI(), config_file=str(config), async_setup=False)
root = str(client.base_url).rstrip("/")
events = {model: [summary(event) for event in ask(root, model)] for model in models}

print(f"""Version: tensorzero {version("tensorzero")}

Expected: In OpenAI's streaming format, the event `[DONE]` is the mark of a complete stream, and the last chunk before it
has a finish reason. The gateway's documentation describes `[DONE]` as what follows the final chunk of a response. A
service ends its response in the middle of an answer, without a finish reason and without `[DONE]`. The gateway
reports an error, or ends its own response without `[DONE]` too.

Behaviour: The gateway adds two events of its own: a chunk with no text and no finish reason, and `[DONE]`. It reports
no error. A client that takes `[DONE]` as the mark of a complete stream accepts the incomplete answer.

Seen: The service's stream of model `complete` has a finish reason and `[DONE]`, that of model `cut` has neither.""")
for model in models:
    print(f"  model {model}: the client received")
    for event in events[model]:
        print(f"    {event}")


def has_finish_reason(model):
    return any(event != "[DONE]" and event.get("finish_reason") for event in events[model])


as_described = (
    events["complete"][-1] == "[DONE]"
    and has_finish_reason("complete")
    and events["cut"][-1] == "[DONE]"
    and events["cut"][-2] == {"delta": {}, "finish_reason": None}
    and not has_finish_reason("cut")
    and not any("error" in event for event in events["cut"][:-1])
)
print("\nThe behaviour is as described." if as_described else "\nThe behaviour has changed.")
sys.exit(0 if as_described else 1)
PYTHON
