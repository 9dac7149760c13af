// Numbers as people read them, each on one line with its unit.

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** A duration in milliseconds as text with three significant digits, or two units: `840 µs`, `1.25 s`, `3 h 5 min`. */
export function duration(milliseconds) {
  if (milliseconds < 0) return `−${duration(-milliseconds)}`;
  if (milliseconds === 0) return "0\u00a0s";
  if (milliseconds < 0.0009995) return `${Math.round(milliseconds * 1e6)}\u00a0ns`;
  if (milliseconds < 0.9995) return `${significant(milliseconds * 1000)}\u00a0µs`;
  if (milliseconds < 999.5) return `${significant(milliseconds)}\u00a0ms`;
  if (milliseconds < 59_950) return `${significant(milliseconds / 1000)}\u00a0s`;
  if (milliseconds < hour - 500) return inUnits(milliseconds, minute, "min", 1000, "s");
  if (milliseconds < day - minute / 2) return inUnits(milliseconds, hour, "h", minute, "min");
  return inUnits(milliseconds, day, "d", hour, "h");
}

function inUnits(milliseconds, large, largeName, small, smallName) {
  const rounded = Math.round(milliseconds / small) * small;
  const rest = (rounded % large) / small;
  const text = `${Math.floor(rounded / large)}\u00a0${largeName}`;
  return rest === 0 ? text : `${text}\u00a0${rest}\u00a0${smallName}`;
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

/** A share from 0 to 1 as text with at most three significant digits: `12.5 %`. */
export function percentage(share) {
  return `${Number((100 * share).toPrecision(3))}\u00a0%`;
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

const roundTimes = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * hour),
];

/** Round positions (in milliseconds) for the marks of an axis from `start` to `end`, at most `most` of them. */
export function ticks(start, end, most = 6) {
  const rough = (end - start) / most;
  if (!(rough > 0)) return [];
  const step = rough < minute / 2 ? roundNumber(rough) : (roundTime(rough) ?? roundNumber(rough / day) * day);
  const positions = [];
  for (let index = Math.ceil(start / step); index * step <= end; index += 1) positions.push(index * step);
  return positions;
}

const roundTime = (rough) => roundTimes.find((step) => step >= rough);

function roundNumber(rough) {
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((unit) => unit * magnitude).find((candidate) => candidate >= rough);
}

function significant(value) {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
