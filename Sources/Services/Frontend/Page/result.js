// What a roll may come to, and its result: dice, numbers or the reason why there are none, the time and the trace.

import { dieFace } from "./die-face.js";
import { html } from "./dom.js";
import { duration, percentage, plural } from "./format.js";

const most = 20; // As many as the API rolls at once.

/** What rolls of a die come to, as a sentence: `Faces 0, 0, 6, 6, 6, 6; 50 % of the rolls fail, …`. */
export function character({ faces, error_rate: errorRate }) {
  const more = faces.length > most ? `, … (${faces.length} in all)` : "";
  const shown = `Faces ${faces.slice(0, most).join(", ")}${more}`;
  if (errorRate === 0) return `${shown}; no roll fails.`;
  return `${shown}; ${percentage(errorRate)} of the rolls fail, and the first to fail ends its batch.`;
}

/** The result that is still to come: as many blank dice as are rolled, where that number makes sense. */
export function waiting(count) {
  const blanks = count >= 1 && count <= most ? Array.from({ length: count }, () => dieFace("")) : [];
  return [
    html("p", { class: "hint" }, "Rolling…"),
    html("ol", { class: "dice rolling", "aria-hidden": "true" }, ...blanks),
  ];
}

function traceName(id, sampled) {
  if (!sampled) return html("span", { class: "mono" }, id);
  return html("a", { class: "mono", href: `?trace=${encodeURIComponent(id)}`, "data-trace": id }, id);
}

/** What the API answered, as elements; `took` in milliseconds. */
export function outcome({ status, body, detail, traceId, sampled }, took) {
  const foot = html(
    "p",
    { class: "foot" },
    `It took ${duration(took)}`,
    ...(traceId ? [" · trace ", traceName(traceId, sampled)] : []),
  );
  if (detail !== null) {
    return [
      html("p", { class: "problem" }, html("strong", {}, status === 0 ? "No answer" : `Error ${status}`), " ", detail),
      foot,
    ];
  }
  const rolls = body.rolls ?? [body.roll];
  const sum = body.rolls
    ? [
      html("p", { class: "total" }, html("span", {}, "Total"), " ", html("strong", {}, body.total)),
      html("p", { class: "count" }, `${plural(body.count, "roll")}: ${body.rolls.join(", ")}`),
    ]
    : [html("p", { class: "total" }, html("span", {}, "Roll"), " ", html("strong", {}, body.roll))];
  return [
    html("div", { class: "score" }, ...sum),
    html("ol", { class: "dice", "aria-label": "Rolls" }, ...rolls.map(dieFace)),
    foot,
  ];
}
