// What a trace tells in a sentence and a few numbers: what the overlap saved, or what went wrong.

import { html, svg } from "./dom.js";
import { duration, factor, plural } from "./format.js";
import { bar, beside, extent, Scale } from "./timeline.js";
import { isFailed, overlap, rootOf } from "./trace-analysis.js";

/** The summary of `trace` as elements. */
export function summary(trace) {
  const rolls = overlap(trace);
  if (!rolls) return [request(trace)];
  if (rolls.failed.length > 0) return [failure(rolls), outcomes(rolls)];
  if (rolls.rolls.length === 1) {
    return [html("p", { class: "lesson" }, "One roll alone: there is nothing to overlap. Roll more of them.")];
  }
  return [gain(rolls), ledger(rolls)];
}

function request(trace) {
  const root = rootOf(trace);
  const [went, advice] = course(root);
  return html(
    "p",
    { class: "lesson" },
    html("strong", { class: went === "took" ? null : "failed" }, `${root.name} ${went} ${duration(root.duration)}`),
    advice,
  );
}

/** How the request went, as a verb, and what to do next. */
function course(root) {
  const status = root.attributes.get("http.response.status_code");
  if (status >= 400) return [`answered ${status} after`, null];
  if (isFailed(root)) return ["failed after", null];
  const advice = " One roll, so nothing overlaps. Tick “Use Async Rolling” to see many at once.";
  return ["took", root.name === "GET /roll" ? advice : null];
}

function failure({ failed: [first], cancelled }) {
  const were = cancelled.length === 1 ? "was" : "were";
  return html(
    "p",
    { class: "lesson" },
    html("strong", { class: "failed" }, `✕ ${first.name} failed after ${duration(first.duration)}`),
    cancelled.length > 0
      ? ` ${plural(cancelled.length, "roll")} still waiting ${were} cancelled at once: none outlives the answer.`
      : null,
  );
}

function outcomes({ rolls, batch, failed, cancelled }) {
  const facts = new Map([
    ["Batch", duration(batch)],
    ["Done before", rolls.length - failed.length - cancelled.length],
    ["Failed", failed.length],
    ["Cancelled", cancelled.length],
  ]);
  return html(
    "dl",
    { class: "facts" },
    ...[...facts].map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
  );
}

function gain({ rolls, ratio, slowest }) {
  return html(
    "p",
    { class: "lesson" },
    html("strong", {}, `${factor(ratio)} faster`),
    ` ${rolls.length} rolls in the time of the slowest, ${slowest.name} with ${duration(slowest.duration)}.`,
  );
}

/** The rolls end to end against their batch, on one scale: the batch is as long as the slowest of them. */
function ledger({ rolls, batch, sum, saved, slowest }) {
  const scale = new Scale(0, sum);
  let begin = 0;
  const pieces = rolls.map((span) =>
    bar(scale, {
      start: begin,
      end: begin += span.duration,
      y: 2,
      height: 16,
      radius: 2,
      class: span === slowest ? "bar roll" : "bar piece",
    })
  );
  return html(
    "dl",
    { class: "ledger" },
    account("Sum of the rolls", duration(sum), ...pieces),
    account(
      "Batch",
      duration(batch),
      bar(scale, { start: 0, end: batch, y: 2, height: 16, radius: 2, class: "bar roll" }),
      saved > 0 ? svg("rect", { class: "saved", ...extent(scale, batch, sum), y: 2, height: 16 }) : null,
      saved > 0 ? beside(scale, 0, batch, 15, `${duration(saved)} saved`, "note") : null,
    ),
  );
}

function account(name, value, ...drawn) {
  return html(
    "div",
    {},
    html("dt", {}, name),
    html("dd", {}, value),
    svg("svg", { "aria-hidden": "true", "data-hue": 1 }, ...drawn),
  );
}
