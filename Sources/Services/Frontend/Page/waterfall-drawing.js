// What the waterfall draws. A view is `{ trace, scale, critical, slowest, steps, closed, opened, current }`: the trace,
// the range of time that is shown, the critical path, the slowest roll of each batch, how many rolls were in flight
// when, the ids of closed rows, of the row with open details and of the row that takes the focus.

import { html, svg } from "./dom.js";
import { duration } from "./format.js";
import { spanDetails } from "./span-details.js";
import { axis, bar, beside, criticalLine, gridLines, hueOf, Scale, stepCurve } from "./timeline.js";
import { incidentOf, isCancelled, isFailed, isRoll } from "./trace-analysis.js";

/** The legend: services and marks of the trace, and the way back from a zoom. */
export function legend({ trace, scale }) {
  const swatch = new Scale(0, 1);
  const key = (kind, text, hue, ...over) =>
    html(
      "li",
      { class: "key" },
      svg(
        "svg",
        { class: "swatch", "aria-hidden": "true", "data-hue": hue },
        bar(swatch, { start: 0, end: 1, y: 8, height: 14, class: `bar ${kind}`, hatched: kind === "cancelled" }),
        ...over,
      ),
      text,
    );
  const services = trace.services.map((name) => key("SERVER", name, hueOf(name, trace.services)));
  const marks = [];
  const roll = trace.spans.find(isRoll);
  if (roll) marks.push(key("roll", "roll", hueOf(roll.service, trace.services)));
  if (trace.spans.some(({ kind }) => kind === "CLIENT")) marks.push(key("CLIENT", "call", 5));
  marks.push(key("SERVER", "critical path", 5, criticalLine(swatch, { start: 0, end: 1 }, 22)));
  if (trace.spans.some(isFailed)) marks.push(key("failed", "✕ failed", 5));
  if (trace.spans.some(isCancelled)) marks.push(key("cancelled", "cancelled", 5));
  const zoomed = scale.start > 0 || scale.end < trace.duration;
  return html(
    "div",
    { class: "legend" },
    html("ul", { "aria-label": "Legend" }, ...services, ...marks),
    zoomed
      ? html("button", { type: "button", "data-action": "whole" }, "Show the whole trace")
      : html("p", {}, "Select a span for its attributes, double-click to zoom in"),
  );
}

/** How many rolls run at once, over time, `steps` from `inFlight`; null when there is no overlap to show. */
export function flight({ scale, steps }) {
  const most = Math.max(0, ...steps.map((step) => step.count));
  if (most < 2) return null;
  return html(
    "div",
    { class: "flight" },
    html("p", {}, "Rolls in flight", html("strong", {}, `up to ${most} at once`)),
    stepCurve(scale, steps),
  );
}

/** The header row with the time axis. */
export function header({ scale }) {
  return html(
    "div",
    { role: "row", class: "row header" },
    html("div", { role: "columnheader" }, "Span"),
    html("div", { role: "columnheader", class: "length" }, "Duration"),
    html(
      "div",
      { role: "columnheader", class: "time" },
      html("span", { class: "visually-hidden" }, "Timeline"),
      axis(scale),
    ),
  );
}

/** The row of `span`, and the row with its details where they are open. */
export function spanRows(view, span) {
  const row = html(
    "div",
    {
      role: "row",
      class: "row",
      "data-span": span.id,
      "data-hue": hueOf(span.service, view.trace.services),
      "aria-level": span.depth + 1,
      "aria-expanded": span.children.length > 0 ? String(!view.closed.has(span.id)) : null,
      "aria-selected": String(view.opened === span.id),
      tabindex: span.id === view.current ? 0 : -1,
    },
    name(view, span),
    html("div", { role: "gridcell", class: "length" }, duration(span.duration)),
    time(view, span),
  );
  row.style.setProperty("--depth", span.depth);
  if (view.opened !== span.id) return [row];
  const details = html("div", {
    role: "gridcell",
    "aria-colspan": 3,
    class: "details",
    tabindex: -1,
    "data-details": span.id,
  });
  details.append(...spanDetails(span));
  return [row, html("div", { role: "row", class: "row-details", "aria-level": span.depth + 2 }, details)];
}

function name({ closed, slowest }, span) {
  const twist = html(
    "span",
    { class: "twist", "data-action": "twist", "aria-hidden": "true" },
    span.children.length === 0 ? "" : closed.has(span.id) ? "▸" : "▾",
  );
  const marks = [];
  if (isFailed(span)) marks.push(html("span", { class: "mark failed" }, "✕ failed"));
  if (isCancelled(span)) marks.push(html("span", { class: "mark cancelled" }, "cancelled"));
  if (slowest.has(span)) marks.push(html("span", { class: "mark slowest" }, "slowest"));
  if (incidentOf(span) !== undefined) marks.push(html("span", { class: "mark" }, `incident ${incidentOf(span)}`));
  return html(
    "div",
    { role: "gridcell", class: "name" },
    twist,
    html(
      "span",
      { class: "title", title: `${span.name} (${span.service})` },
      html("span", { class: "operation" }, span.name),
      " ",
      html("span", { class: "service" }, callee(span) ? `${span.service} → ${callee(span)}` : span.service),
    ),
    ...marks,
  );
}

/** The service that a call went to; its address where its span is not there. */
function callee(span) {
  if (span.kind !== "CLIENT") return null;
  const [host, port] = ["address", "port"].map((part) => span.attributes.get(`server.${part}`));
  return span.children[0]?.service ?? (host && `${host}:${port}`);
}

function time({ scale, critical }, span) {
  const roll = isRoll(span);
  const cancelled = isCancelled(span);
  const height = roll ? 20 : 12;
  const drawn = !scale.contains(span.start, span.end) ? [] : [
    bar(scale, {
      start: span.start,
      end: span.end,
      y: 15 - height / 2,
      height,
      hatched: cancelled,
      class: `bar ${span.kind}${roll ? " roll" : ""}${isFailed(span) ? " failed" : ""}${cancelled ? " cancelled" : ""}`,
      "data-start": span.start,
      "data-end": span.end,
    }),
    ...(critical.get(span) ?? []).filter(({ start, end }) => scale.contains(start, end)).map((stretch) =>
      criticalLine(scale, stretch, 15 + height / 2)
    ),
    ...notes(scale, span, roll),
  ];
  return html("div", {
    role: "gridcell",
    class: "time",
    "aria-label": `from ${duration(span.start)} to ${duration(span.end)}`,
  }, svg("svg", { class: "lane", "aria-hidden": "true" }, ...gridLines(scale), ...drawn));
}

function notes(scale, span, roll) {
  if (!roll) return [];
  if (isFailed(span)) return [beside(scale, span.start, span.end, 20, "✕", "note failed")];
  const result = span.attributes.get("die.result");
  return result !== undefined ? [beside(scale, span.start, span.end, 20, String(result), "note")] : [];
}
