// What the first reader sees in place of a trace: the two ways to roll, sketched with waits that were never measured.

import { byId } from "./dom.js";
import { stairs } from "./stairs.js";

const waits = [640, 280, 900, 410, 770];

export function drawPrimer() {
  let sum = 0;
  const sequence = waits.map((wait) => ({ start: sum, end: sum += wait }));
  const batch = waits.map((wait) => ({ start: 0, end: wait }));
  byId("primer-drawing").replaceChildren(
    ...stairs(
      { title: "One after another the waits add up:", took: sum, bars: sequence },
      { title: "At once the slowest decides:", took: Math.max(...waits), bars: batch },
    ),
  );
}
