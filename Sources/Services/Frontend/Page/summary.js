// What a trace tells in a sentence and a few numbers: what the overlap saved, or what went wrong.

import { html, svg } from "./dom.js";
import { duration, factor, plural } from "./format.js";
import { bar, beside, extent, Scale } from "./timeline.js";
import { batches, incidentOf, isFailed, rootOf, total } from "./trace-analysis.js";

/** The summary of `trace` as elements. */
export function summary(trace) {
  const all = batches(trace);
  if (all.length === 0) return [request(trace)];
  const broken = all.filter(({ failed }) => failed.length > 0);
  if (broken.length > 0) return [failure(broken[0]), outcomes(broken[0], broken.length, all.length)];
  if (all.every(({ rolls }) => rolls.length === 1)) return [lone(all.length)];
  return [all.length === 1 ? gain(all[0]) : gains(all), ledger(all)];
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
    html("strong", { class: "failed" }, `✕ ${first.name} failed after ${duration(first.duration)}${during(first)}`),
    cancelled.length > 0
      ? ` ${plural(cancelled.length, "roll")} still waiting ${were} cancelled at once: none outlives the answer.`
      : null,
  );
}

function during(span) {
  return incidentOf(span) === undefined ? "" : `, during incident ${incidentOf(span)}`;
}

function outcomes({ rolls, batch, failed, cancelled }, broken, all) {
  const facts = new Map([
    ["Batch", duration(batch)],
    ["Done before", rolls.length - failed.length - cancelled.length],
    ["Failed", failed.length],
    ["Cancelled", cancelled.length],
  ]);
  if (all > 1) facts.set("Batches", `${all}, of which ${broken} failed`);
  return html(
    "dl",
    { class: "facts" },
    ...[...facts].map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
  );
}

function lone(count) {
  const what = count === 1 ? "One roll alone" : `${count} batches of one roll each`;
  return html("p", { class: "lesson" }, `${what}: there is nothing to overlap. Roll more of them.`);
}

function gain({ rolls, ratio, slowest }) {
  return lesson(
    ratio,
    `${rolls.length} rolls in the time of the slowest, ${slowest.name} with ${duration(slowest.duration)}.`,
  );
}

/** What all batches saved together; how they lie to each other is the client's doing, and no part of it. */
function gains(all) {
  const rolls = total(all, (each) => each.rolls.length);
  const ratio = total(all, ({ sum }) => sum) / total(all, ({ batch }) => batch);
  return lesson(ratio, `${rolls} rolls in ${all.length} batches, each in the time of its slowest roll.`);
}

function lesson(ratio, text) {
  return html("p", { class: "lesson" }, html("strong", {}, `${factor(ratio)} faster`), ` ${text}`);
}

/** Rolls end to end against batches end to end, on one scale: a batch is as long as the slowest of its rolls. */
function ledger(all) {
  const sum = total(all, (each) => each.sum);
  const took = total(all, (each) => each.batch);
  const saved = sum - took;
  const scale = new Scale(0, Math.max(sum, took));
  const slowest = new Set(all.map((each) => each.slowest));
  const rolls = all.flatMap((each) => each.rolls).map((span) => [span.duration, slowest.has(span) ? "roll" : "piece"]);
  return html(
    "dl",
    { class: "ledger" },
    account("Sum of the rolls", duration(sum), ...chain(scale, rolls)),
    account(
      all.length === 1 ? "Batch" : `Sum of the ${all.length} batches`,
      duration(took),
      ...chain(scale, all.map(({ batch }) => [batch, "roll"])),
      saved > 0 ? svg("rect", { class: "saved", ...extent(scale, took, sum), y: 2, height: 16 }) : null,
      saved > 0 ? beside(scale, 0, took, 15, `${duration(saved)} saved`, "note") : null,
    ),
  );
}

/** Bars end to end; `lengths` has the length and the class of each. */
function chain(scale, lengths) {
  let end = 0;
  return lengths.map(([length, kind]) =>
    bar(scale, { start: end, end: end += length, y: 2, height: 16, radius: 2, class: `bar ${kind}` })
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
