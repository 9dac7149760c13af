// A die showing a number: pips up to nine, digits above.

import { html, svg } from "./dom.js";

const low = 10, middle = 20, high = 30;
const digit = 12; // The width of one, in the type that style.css sets.
const corners = [[low, low], [high, high], [high, low], [low, high]];
const sides = [[low, middle], [high, middle]];
const ends = [[middle, low], [middle, high]];

/** A list item with the face of a die; its name is the number. */
export function dieFace(value) {
  return html(
    "li",
    { class: "die" },
    pips(value) ? face(value, high + low, ...pips(value)) : digits(value),
  );
}

function pips(value) {
  if (!Number.isInteger(value) || value < 0 || value > 9) return null;
  const pairs = value % 2 === 1 ? value - 1 : value;
  const places = [...corners, ...sides, ...ends].slice(0, pairs);
  if (value % 2 === 1) places.push([middle, middle]);
  return places.map(([x, y]) => svg("circle", { cx: x, cy: y, r: 3.6 }));
}

/** A number may have nineteen digits: the die grows with them. */
function digits(value) {
  const text = String(value);
  const width = Math.max(high + low, text.length * digit + low);
  return face(value, width, svg("text", { x: width / 2, y: 26, "text-anchor": "middle" }, text));
}

function face(value, width, ...drawn) {
  return svg("svg", { viewBox: `0 0 ${width} ${high + low}`, role: "img", "aria-label": value }, ...drawn);
}
