// What one span says beyond its bar: attributes, events, links, scope, resource.

import { html } from "./dom.js";
import { duration } from "./format.js";
import { meaning } from "./span-meaning.js";

/** The details of `span` as elements, in the order of reading. */
export function spanDetails(span) {
  const facts = new Map([
    ["service", span.service],
    ["kind", span.kind.toLowerCase()],
    ["starts", `${duration(span.start)} into the trace`],
    ["takes", duration(span.duration)],
    ["status", span.message ? `${span.status}: ${span.message}` : span.status],
    ["span id", span.id],
  ]);
  const sense = meaning(span);
  return [
    html(
      "p",
      { class: "details-title" },
      span.name,
      " ",
      html("button", { type: "button", "data-action": "zoom" }, "Zoom in on this span"),
    ),
    sense ? html("p", { class: "details-meaning" }, sense) : null,
    table("Span", facts),
    table("Attributes", span.attributes),
    ...span.events.map((event) => table(`Event ${event.name} at ${duration(event.time)}`, event.attributes)),
    ...span.links.map((link) => table("Link", new Map([...placeOf(link), ...link.attributes]))),
    table("Scope", span.scope),
    table("Resource", span.resource),
  ].filter(Boolean);
}

/** Where a link leads, as facts; the page opens the trace where the store has it. */
function placeOf({ traceId, spanId }) {
  const href = `?trace=${encodeURIComponent(traceId)}`;
  return [["trace id", html("a", { class: "mono", href, "data-trace": traceId }, traceId)], ["span id", spanId]];
}

function table(title, entries) {
  if (entries.size === 0 && !title.startsWith("Event")) return null;
  const values = [...entries].map(([key, value]) => [key, value instanceof Node ? value : text(value)]);
  const lines = (value) => typeof value === "string" && value.includes("\n");
  return html(
    "section",
    { class: values.some(([, value]) => lines(value)) ? "wide" : null },
    html("p", { class: "details-heading" }, title),
    html(
      "dl",
      {},
      ...values.map(([key, value]) =>
        html("div", {}, html("dt", {}, key), html("dd", { class: lines(value) ? "lines" : null }, value))
      ),
    ),
  );
}

function text(value) {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}
