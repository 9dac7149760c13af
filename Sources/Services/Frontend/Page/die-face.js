// A die showing a number: pips up to nine, digits above.

import { html, svg } from "./dom.js";

const low = 10, middle = 20, high = 30;
const corners = [[low, low], [high, high], [high, low], [low, high]];
const sides = [[low, middle], [high, middle]];
const ends = [[middle, low], [middle, high]];

/** A list item with the face of a die; its name is the number. */
export function dieFace(value) {
  return html(
    "li",
    { class: "die" },
    svg("svg", { viewBox: "0 0 40 40", role: "img", "aria-label": value }, ...(pips(value) ?? [digits(value)])),
  );
}

function pips(value) {
  if (!Number.isInteger(value) || value < 0 || value > 9) return null;
  const pairs = value % 2 === 1 ? value - 1 : value;
  const places = [...corners, ...sides, ...ends].slice(0, pairs);
  if (value % 2 === 1) places.push([middle, middle]);
  return places.map(([x, y]) => svg("circle", { cx: x, cy: y, r: 3.6 }));
}

function digits(value) {
  return svg("text", { x: middle, y: 26, "text-anchor": "middle" }, String(value));
}
