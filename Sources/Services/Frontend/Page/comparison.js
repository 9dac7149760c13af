// The second view: as many rolls one after another, drawn beside the batch on one scale.

import * as api from "./api.js";
import { byId, html, svg } from "./dom.js";
import { duration, factor, plural } from "./format.js";
import { axis, bar, gridLines, Scale } from "./timeline.js";
import { isRoll, rootOf } from "./trace-analysis.js";

const lane = 9;

export class Comparison {
  #section = byId("comparison");
  #button = byId("comparison-run");
  #status = byId("comparison-status");
  #drawing = byId("comparison-drawing");
  #batch = null;
  #running = null;

  constructor() {
    this.#button.addEventListener("click", () => this.#run());
  }

  close() {
    this.#running?.abort();
    this.#batch = null;
    this.#section.hidden = true;
  }

  /**
   * Offers the comparison with a batch: `die`, the request's duration `took` in milliseconds and its trace.
   * Only a batch that succeeded can be compared; for others the section stays hidden.
   */
  offer(die, took, trace) {
    const rolls = trace.spans.filter((span) => isRoll(span) && span.status !== "ERROR");
    const whole = rolls.length > 0 && rolls.length === trace.spans.filter(isRoll).length &&
      rootOf(trace).status !== "ERROR";
    if (!whole) return this.close();
    this.#batch = {
      die,
      took: took ?? rootOf(trace).duration,
      count: rolls.length,
      bars: rolls.map(({ start, end }) => ({ start, end })),
    };
    this.#section.hidden = false;
    this.#button.textContent = `Roll ${plural(rolls.length, "time")}, one after another`;
    this.#status.textContent = "What would the same rolls take without overlap? Try it.";
    this.#drawing.replaceChildren();
  }

  async #run() {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#button.setAttribute("aria-disabled", "true");
    const { signal } = this.#running;
    try {
      await this.#rollAll(this.#batch, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#running = null;
      this.#button.removeAttribute("aria-disabled");
    }
  }

  async #rollAll(batch, signal) {
    const begin = performance.now();
    const bars = [];
    for (let index = 0; index < batch.count; index += 1) {
      this.#status.textContent = `Rolling ${index + 1} of ${batch.count}…`;
      const start = performance.now() - begin;
      const answer = await api.roll(batch.die, { signal });
      bars.push({ start, end: performance.now() - begin, failed: answer.status !== 200 });
      this.#draw(batch, bars);
    }
    this.#status.replaceChildren(...verdict(batch, bars));
  }

  #draw(batch, bars) {
    const took = bars.at(-1).end;
    const scale = new Scale(0, Math.max(took, batch.took) * 1.02);
    this.#drawing.replaceChildren(
      figure(scale, `At once: one batch of ${batch.count}`, batch.took, batch.bars, 1),
      figure(scale, `One after another: ${plural(bars.length, "request")}`, took, bars, 0),
      html("div", { class: "comparison-axis" }, axis(scale)),
    );
  }
}

function verdict(batch, bars) {
  const failed = bars.filter((each) => each.failed).length;
  const took = bars.at(-1).end;
  if (failed > 0) return [`${plural(failed, "roll")} of ${bars.length} failed, so the times cannot be compared.`];
  return [
    "One after another ",
    duration(took),
    ", at once ",
    duration(batch.took),
    ": ",
    html(
      "strong",
      { class: "factor" },
      took >= batch.took
        ? `${factor(took / batch.took)} faster at once`
        : `${factor(batch.took / took)} slower at once`,
    ),
    ".",
  ];
}

function figure(scale, title, took, bars, hue) {
  const height = bars.length * lane + 10;
  const end = `${scale.percent(took).toFixed(3)}%`;
  return html(
    "figure",
    {},
    html("figcaption", {}, title, " ", html("strong", {}, duration(took))),
    svg(
      "svg",
      { class: "stairs", height, role: "img", "aria-label": `${title}: ${duration(took)}`, "data-hue": hue },
      ...gridLines(scale),
      ...bars.map(({ start, end: stop, failed }, index) =>
        bar(scale, {
          start,
          end: stop,
          y: 5 + index * lane,
          height: lane - 2,
          radius: 2,
          class: failed ? "bar roll failed" : "bar roll",
        })
      ),
      svg("line", { class: "finish", x1: end, x2: end, y1: 0, y2: "100%" }),
    ),
  );
}
