#!/usr/bin/env bash
# LiteLLM's router waits once more after its last try, and only then returns the error. Run it by hand; it needs
# Python 3.10 or later and the network for the installation alone.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-input --disable-pip-version-check litellm==1.109.3

# LiteLLM would download its list of prices.
export LITELLM_LOCAL_MODEL_COST_MAP=True
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import json
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

RETRY_AFTER = 5
arrivals = []
# Ends this process when the run takes too long.
signal.alarm(180)


class Service(BaseHTTPRequestHandler):
    """A service that has reached its rate limit."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        arrivals.append(time.monotonic())
        error = {"message": "The rate limit is reached.", "type": "requests", "code": "rate_limit_exceeded"}
        data = json.dumps({"error": error}).encode()
        self.send_response(429)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("retry-after", str(RETRY_AFTER))
        self.end_headers()
        self.wfile.write(data)


service = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()

import litellm

litellm.suppress_debug_info = True
address = f"http://127.0.0.1:{service.server_port}/v1"
parameters = {"model": "openai/example", "api_base": address, "api_key": "sk-example"}
router = litellm.Router(model_list=[{"model_name": "example", "litellm_params": parameters}])


async def ask(retries):
    """Sends one request; returns the error's name, the seconds of each try, and those until the error."""
    arrivals.clear()
    start = time.monotonic()
    messages = [{"role": "user", "content": "Say hello."}]
    try:
        await router.acompletion(model="example", messages=messages, num_retries=retries)
        result = "an answer"
    except litellm.exceptions.RateLimitError as error:
        result = type(error).__name__
    return result, [round(at - start, 1) for at in arrivals], round(time.monotonic() - start, 1)


async def ask_all():
    return {retries: await ask(retries) for retries in (0, 1, 2)}


outcomes = asyncio.run(ask_all())
print(f"""Version: litellm {version("litellm")}

Expected: A service refuses each request with status 429 and `retry-after: {RETRY_AFTER}`. The router waits before each further
try, and returns the error as soon as its last try has failed, because no request follows for which it could wait.

Behaviour: The router waits before each further try, and it waits for the same time after its last try as well. Only
then does it return the error. With one retry, the caller waits about twice as long as the two tries need.

Seen:""")
for retries, (result, tries, end) in outcomes.items():
    print(f"  num_retries={retries}: the service received {len(tries)} request(s), at these seconds: {tries};")
    print(f"    the caller received {result} at second {end}, {end - tries[-1]:.1f} s after the last try")
as_described = all(
    result == "RateLimitError"
    and len(tries) == retries + 1
    and all(later - earlier > RETRY_AFTER - 1 for earlier, later in zip(tries, tries[1:]))
    and (end - tries[-1] > RETRY_AFTER - 1) == (retries > 0)
    for retries, (result, tries, end) in outcomes.items()
)
print("\nThe behaviour is as described." if as_described else "\nThe behaviour has changed.")
sys.exit(0 if as_described else 1)
PYTHON
