"""A service that exports its spans, and what it says of that."""

import contextlib
import itertools
import time

import httpx

from conftest import running_service
from metrics_page import Page


class Exporting:
    """A die-service whose spans go to a receiver."""

    def __init__(self, process, url, collector):
        self.process = process
        self.url = url
        self.collector = collector
        self._client = httpx.Client(timeout=10)

    def span(self):
        """Makes one span; gives the id of its trace."""
        return self._client.get(f"{self.url}/dice").headers["traceresponse"].split("-")[1]

    def exports(self, count):
        """The first `count` exports."""
        return self.collector.wait_for_requests(count)[:count]

    def counts(self):
        """What the exporter says of itself, by the end of the metric's name."""
        prefix = "otel_exporter_spans_"
        samples = (family.samples for name, family in Page(self.url).families.items() if name.startswith(prefix))
        return {sample.name.removeprefix(prefix): sample.value for sample in itertools.chain(*samples)}

    def wait_for_counts(self, holds, timeout=10):
        """Returns when the condition on the counts holds."""
        deadline = time.monotonic() + timeout
        while not holds(self.counts()):
            assert time.monotonic() < deadline, self.counts()


@contextlib.contextmanager
def exporting(collector, **environment):
    """A service that exports to the collector, with these variables besides."""
    with running_service("die-service", collector, environment=environment) as (process, url):
        yield Exporting(process, url, collector)
