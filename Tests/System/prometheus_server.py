"""Debian's Prometheus as a process that scrapes what a test names."""

import contextlib
import http.server
import subprocess
import threading
import time

import httpx

from dice import FreePorts


class NotReady(Exception):
    """Prometheus listens and has not read its data yet."""


class PrometheusAPI:
    """The HTTP API of a Prometheus, wherever it runs."""

    def __init__(self, url):
        self.url = url

    def api(self, path, **parameters):
        """The data of an API answer."""
        response = httpx.get(f"{self.url}/api/v1/{path}", params=parameters)
        if response.status_code == 503:
            raise NotReady(response.text)
        answer = response.json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression, **moment):
        """The series of an instant query that have a number; `time` asks for another instant than now."""
        result = self.api("query", query=expression, **moment)["result"]
        return [series for series in result if series["value"][1] != "NaN"]

    def wait_for(self, expression, timeout=30):
        """The result of the query, once there is one."""
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(httpx.TransportError, NotReady):
                if result := self.query(expression):
                    return result
            assert time.monotonic() < deadline, f"no data for {expression}"
            time.sleep(0.2)


class Prometheus(PrometheusAPI):
    """A Prometheus of our own."""

    def __init__(self, folder, targets, rules=None, interval="1s"):
        jobs = "\n".join(
            f"  - job_name: {job}\n    static_configs: [{{targets: ['{target}']}}]" for job, target in targets.items()
        )
        config = folder / "prometheus.yml"
        config.write_text(
            f"global: {{scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval}}}\n"
            f"rule_files: {[str(rules)] if rules else []}\n"
            f"scrape_configs:\n{jobs}\n"
        )
        super().__init__(f"http://127.0.0.1:{FreePorts.take()}")
        self.log = open(folder / "prometheus.log", "w")
        self.process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.url.removeprefix('http://')}",
                "--enable-feature=exemplar-storage",
            ],
            stdout=self.log,
            stderr=self.log,
        )

    def close(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class TextScrapes:
    """Stands before a service and asks it for the older text format, which Prometheus 2.42 never does by itself."""

    def __init__(self, url):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                fields = {"Accept": "text/plain;version=0.0.4", "Accept-Encoding": self.headers["Accept-Encoding"]}
                with httpx.stream("GET", url + self.path, headers=fields) as answer:
                    page = b"".join(answer.iter_raw())
                self.send_response(answer.status_code)
                for name in ("Content-Type", "Content-Encoding"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.target = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self):
        """Frees the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
