"""A service's /metrics as tests want to read it: parsed by Prometheus' own client."""

import httpx
from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PARSERS = {
    TEXT: text_parser.text_string_to_metric_families,
    OPENMETRICS: openmetrics_parser.text_string_to_metric_families,
}
SERVICES = ["die-service", "dice-roller", "frontend"]


class Page:
    """A scrape of one service, parsed."""

    def __init__(self, url, content_type=TEXT):
        answer = httpx.get(f"{url}/metrics", headers={"Accept": content_type})
        assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
        self.text = answer.text
        self.families = {family.name: family for family in PARSERS[content_type](answer.text)}

    def values(self, name):
        """Labels to value of one sample name."""
        return {
            tuple(sorted(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name
        }

    @property
    def series(self):
        """Name and labels of every sample."""
        samples = (sample for family in self.families.values() for sample in family.samples)
        return {(sample.name, *sorted(sample.labels.items())) for sample in samples}

    def total(self, name, **labels):
        """The sum of the samples of a name that have these labels, whatever else they have."""
        return sum(value for series, value in self.values(name).items() if labels.items() <= dict(series).items())

    def value(self, name, **labels):
        """One sample's value; 0 where it is not there yet."""
        return self.values(name).get(tuple(sorted(labels.items())), 0)
