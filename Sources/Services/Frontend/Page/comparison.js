// The second view: as many rolls one after another, drawn beside the batch on one scale.

import * as api from "./api.js";
import { byId, html } from "./dom.js";
import { duration, factor, plural } from "./format.js";
import { stairs } from "./stairs.js";
import { batches, isFailed, rootOf } from "./trace-analysis.js";

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
   * Only a batch that succeeded, and is the trace's only one, can be compared; for others the section stays hidden.
   */
  offer(die, took, trace) {
    const all = batches(trace);
    if (all.length !== 1) return this.close();
    const [{ rolls }] = all;
    if ([rootOf(trace), ...rolls].some(isFailed)) return this.close();
    this.#batch = {
      die,
      took: took ?? rootOf(trace).duration,
      bars: rolls.map(({ start, end }) => ({ start, end })),
    };
    this.#section.hidden = false;
    this.#button.textContent = `Roll ${plural(rolls.length, "time")}, one after another`;
    this.#status.textContent = "How long do as many rolls take when each waits for the one before? Measure it.";
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
    while (bars.length < batch.bars.length) {
      this.#status.textContent = `Rolling ${bars.length + 1} of ${batch.bars.length}…`;
      const start = performance.now() - begin;
      const answer = await api.roll(batch.die, { signal });
      bars.push({ start, end: performance.now() - begin, failed: answer.status !== 200 });
      this.#draw(batch, bars);
    }
    this.#status.replaceChildren(...verdict(batch, bars));
  }

  #draw(batch, bars) {
    this.#drawing.replaceChildren(
      ...stairs(
        { title: `At once, one batch of ${batch.bars.length}:`, took: batch.took, bars: batch.bars },
        { title: `One after another, ${plural(bars.length, "request")}:`, took: bars.at(-1).end, bars },
      ),
    );
  }
}

function verdict(batch, bars) {
  const failed = bars.filter((each) => each.failed).length;
  if (failed > 0) return [`${plural(failed, "roll")} of ${bars.length} failed, so the times cannot be compared.`];
  const ratio = bars.at(-1).end / batch.took;
  return [
    html(
      "strong",
      { class: "factor" },
      ratio >= 1 ? `${factor(ratio)} faster at once` : `${factor(1 / ratio)} slower at once`,
    ),
    ` One after another ${duration(bars.at(-1).end)}, at once ${duration(batch.took)}.${expectation(bars.length)}`,
  ];
}

/** N waits, each uniform between nothing and the same limit, last N/2 limits in a row and N/(N+1) at once. */
function expectation(count) {
  const many = factor((count + 1) / 2);
  return count < 2 ? "" : ` Chance has its part: where it alone decides, ${count} rolls come to ${many} over many tries.`;
}
