"""The tables of Sources/Services/Telemetry/README.md, as the test that holds it to the truth reads them."""

import dataclasses
import re

from dice import ROOT
from metrics_page import SERVICES

PAGE = ROOT / "Sources/Services/Telemetry/README.md"
# Of a resource, but for this everything is known everywhere.
IN_CONTAINERS = "container.id"
OUTCOMES = "Failed, cancelled, or just no"


def names(cell):
    """What stands in code type."""
    return re.findall(r"`([^`]+)`", cell)


def services(cell):
    """Who emits what the row is about."""
    return set(SERVICES if cell == "each" else cell.split(", "))


@dataclasses.dataclass(frozen=True)
class Metric:
    """A row about a family."""

    type: str
    labels: frozenset
    buckets: frozenset


class TelemetryPage:
    """What the page says."""

    def __init__(self):
        self.text = PAGE.read_text()
        self.spans = self._spans()
        self.own_types = self._types("The services' own")
        self.convention_types = self._types("Semantic conventions")
        self.conventions = self._conventions()
        self.resource_by_stability = {stability: set(names(cell)) for stability, cell in self._rows("Resource")}
        self.resource = set().union(*self.resource_by_stability.values()) - {IN_CONTAINERS}
        self.error_types = {name for row in self._rows(OUTCOMES) for name in names(row[2])}
        self.metrics = self._metrics()
        values = self._rows("Metrics", 1)
        self.label_values = {(*names(metric), *names(label)): set(names(cell)) for metric, label, cell in values}
        self.messages = self._messages()
        self.rare_messages = {name: level for cell, level in self._rows("Logs", 1) for name in names(cell)}

    def _section(self, heading):
        return re.search(rf"^##+ {heading}\n(.*?)(?=^##|\Z)", self.text, re.DOTALL | re.MULTILINE)[1]

    def _rows(self, heading, table=0):
        """The cells of each row of a section's table of that number."""
        tables = re.findall(r"(?:^\|.*\n)+", self._section(heading), re.MULTILINE)
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[table].splitlines()[2:]]

    def _spans(self):
        """Own attributes and events, by service, kind and name."""
        return {
            (service, kind, name): (set(names(attributes)), set(names(events)))
            for cell, kind, who, attributes, events in self._rows("Spans")
            for service in services(who)
            for name in names(cell)
        }

    def _types(self, heading):
        return {name: row[1] for row in self._rows(heading) for name in names(row[0])}

    def _conventions(self):
        """The attributes that spans of a kind, and events, have by convention."""
        rows = self._rows("Semantic conventions")
        return {
            place: {name for cell, _, places, _ in rows for name in names(cell) if place in places}
            for place in ("SERVER", "CLIENT", "event")
        } | {"INTERNAL": set()}

    def _metrics(self):
        """By service and name."""
        return {
            (service, name): Metric(
                type=kind.split(",")[0],
                labels=frozenset(
                    names(labels) if "resource" not in labels else (item.replace(".", "_") for item in self.resource)
                ),
                buckets=frozenset(map(float, buckets.split())),
            )
            for cell, kind, labels, buckets, who in self._rows("Metrics")
            for service in services(who)
            for name in names(cell)
        }

    def _messages(self):
        """Level, services and fields, by message."""
        return {
            name: (level, services(who), set(names(fields)))
            for cell, level, who, fields in self._rows("Logs")
            for name in names(cell)
        }
