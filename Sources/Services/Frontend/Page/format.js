// Numbers as people read them, each on one line with its unit.

/** A duration in milliseconds as text with three significant digits: `840 µs`, `12.3 ms`, `1.25 s`. */
export function duration(milliseconds) {
  if (milliseconds < 0.9995) return `${Math.round(milliseconds * 1000)}\u00a0µs`;
  if (milliseconds < 999.5) return `${significant(milliseconds)}\u00a0ms`;
  return `${significant(milliseconds / 1000)}\u00a0s`;
}

/** The same for whole milliseconds, as a search gives them: no digit that was not measured. */
export function coarse(milliseconds) {
  if (milliseconds < 1) return "<\u00a01\u00a0ms";
  return milliseconds < 1000 ? `${milliseconds}\u00a0ms` : duration(milliseconds);
}

/** A ratio as text: `4.53×`. */
export function factor(ratio) {
  return `${significant(ratio)}×`;
}

export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The time of day of a point in time given in milliseconds since 1970, in the reader's own zone. */
export function timeOfDay(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
}

/** Round positions for the marks of an axis from `start` to `end`, at most `most` of them. */
export function ticks(start, end, most = 6) {
  const rough = (end - start) / most;
  if (!(rough > 0)) return [];
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * magnitude).find((candidate) => candidate >= rough);
  const positions = [];
  for (let index = Math.ceil(start / step); index * step <= end; index += 1) positions.push(index * step);
  return positions;
}

function significant(value) {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
