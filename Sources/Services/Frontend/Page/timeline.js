// Bars on a time axis. Places are percentages, so that a drawing follows its box without being drawn again.

import { svg } from "./dom.js";
import { duration, ticks } from "./format.js";

const ours = ["frontend", "dice-roller", "die-service"];
const hues = [3, 4, 0, 2, 1, 5];

/** The colour slot (`data-hue`) of a service among `services`: ours have their own, others share what those leave. */
export function hueOf(service, services) {
  if (ours.includes(service)) return ours.indexOf(service);
  const free = hues.filter((hue) => !services.includes(ours[hue]));
  const others = services.filter((name) => !ours.includes(name));
  return free[others.indexOf(service) % free.length];
}

/** A range of time (milliseconds) laid over the width of a drawing. */
export class Scale {
  constructor(start, end) {
    this.start = start;
    this.end = end;
  }

  get span() {
    return Math.max(this.end - this.start, 1e-6);
  }

  /** Where `time` lies, in percent; below 0 or above 100 when it is outside the range. */
  percent(time) {
    return ((time - this.start) / this.span) * 100;
  }

  contains(start, end) {
    return end >= this.start && start <= this.end;
  }

  ticks() {
    return ticks(this.start, this.end, 5);
  }
}

const at = (percent) => `${percent.toFixed(3)}%`;

/** Thin vertical lines at the marks of the axis. */
export function gridLines(scale) {
  return scale.ticks().map((time) => {
    const x = at(scale.percent(time));
    return svg("line", { class: "grid-line", x1: x, x2: x, y1: "0", y2: "100%" });
  });
}

/** The axis: the marks with their times. */
export function axis(scale) {
  const marks = scale.ticks().map((time) => ({ time, percent: scale.percent(time) })).filter(({ percent }) =>
    percent < 93
  );
  return svg(
    "svg",
    { class: "axis", "aria-hidden": "true" },
    ...gridLines(scale),
    ...marks.map(({ time, percent }) =>
      svg(
        "text",
        { x: at(percent), dx: 4, y: 16, class: percent > 75 ? "wide-only" : null },
        time === 0 ? "0" : duration(time),
      )
    ),
  );
}

/** A bar from `start` to `end`, at least two pixels wide, `height` high and `y` from the top; `hatched` if asked. */
export function bar(scale, { start, end, y, height, radius = 3, hatched = false, ...attributes }) {
  const box = { ...extent(scale, start, end), y, height };
  return svg(
    "g",
    attributes,
    svg("rect", { class: "floor", x: box.x, y, width: 2, height }),
    svg("rect", { class: "shape", ...box, rx: radius }),
    hatched ? svg("rect", { ...box, rx: radius, fill: "url(#hatch)" }) : null,
  );
}

/** A thin line along the lower edge of a bar, `bottom` from the top: where everything waited for its span. */
export function criticalLine(scale, { start, end }, bottom) {
  return svg("rect", { class: "critical-line", ...extent(scale, start, end), y: bottom - 3, height: 3 });
}

/** Place and width of a stretch of time. What lies outside the range is cut just beyond the edge: no renderer meets a
 * huge number. */
export function extent(scale, start, end) {
  const from = Math.max(scale.percent(start), -1);
  const to = Math.min(scale.percent(end), 101);
  return { x: at(from), width: at(Math.max(to - from, 0)) };
}

/** Text beside a bar: after its end, or before its start where there is no room, or else inside at its end. */
export function beside(scale, start, end, y, text, className) {
  const to = scale.percent(end);
  if (to < 88) return svg("text", { class: className, x: at(to), dx: 6, y }, text);
  const from = scale.percent(start);
  if (from > 12) return svg("text", { class: className, x: at(from), dx: -6, y, "text-anchor": "end" }, text);
  return svg("text", { class: `${className} inside`, x: at(Math.min(to, 100)), dx: -6, y, "text-anchor": "end" }, text);
}

/** How many of some spans run at once over time, as a filled step curve; `steps` from `inFlight`. */
export function stepCurve(scale, steps) {
  const most = Math.max(...steps.map((step) => step.count), 1);
  const height = (count) => 100 - (count / most) * 92;
  let path = "M 0 100";
  for (const { time, count } of steps) {
    const x = (scale.percent(time) * 10).toFixed(2);
    path += ` H ${x} V ${height(count).toFixed(2)}`;
  }
  return svg("svg", {
    class: "step-curve",
    viewBox: "0 0 1000 100",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  }, svg("path", { d: `${path} H 1000 V 100 Z`, "vector-effect": "non-scaling-stroke" }));
}
