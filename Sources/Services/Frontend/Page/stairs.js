// Bars one below the other on one scale, and where the last of them ended: how a batch or a sequence spent its time.

import { html, svg } from "./dom.js";
import { duration } from "./format.js";
import { axis, bar, gridLines, Scale } from "./timeline.js";

const lane = 9;
const margin = 5;

/**
 * Figures on one scale from 0, with its axis below. Each is `{ title, took, bars }`; a bar is `{ start, end, failed }`,
 * all in milliseconds.
 */
export function stairs(...figures) {
  const scale = new Scale(0, Math.max(...figures.map(({ took }) => took)) * 1.02);
  return [
    ...figures.map((each) => figure(scale, each)),
    html("div", { class: "stairs-axis" }, axis(scale)),
  ];
}

function figure(scale, { title, took, bars }) {
  const end = `${scale.percent(took).toFixed(3)}%`;
  return html(
    "figure",
    {},
    html("figcaption", {}, title, " ", html("strong", {}, duration(took))),
    svg(
      "svg",
      {
        class: "stairs",
        height: bars.length * lane + 2 * margin,
        role: "img",
        "aria-label": `${title} ${duration(took)}`,
        "data-hue": 1,
      },
      ...gridLines(scale),
      ...bars.map(({ start, end: stop, failed }, index) =>
        bar(scale, {
          start,
          end: stop,
          y: margin + index * lane,
          height: lane - 2,
          radius: 2,
          class: failed ? "bar roll failed" : "bar roll",
        })
      ),
      svg("line", { class: "finish", x1: end, x2: end, y1: 0, y2: "100%" }),
    ),
  );
}
