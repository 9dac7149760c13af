// A line through all rows at the time under the pointer, and how many rolls were in flight then. For the eye only: what
// it says is in the rows, too.

import { html } from "./dom.js";
import { duration, plural } from "./format.js";

export class TimeCursor {
  #label = html("span", { class: "cursor-label" });
  #line = html("div", { class: "cursor", "aria-hidden": "true", hidden: true }, this.#label);
  #chart = null;
  #scale = null;
  #steps = [];

  /** Follows the pointer over `chart`, whose axis is `scale`; `steps` from `inFlight`. Drawn anew, it starts anew. */
  attach(chart, scale, steps) {
    this.#chart = chart;
    this.#scale = scale;
    this.#steps = steps;
    this.#line.hidden = true;
    chart.append(this.#line);
    chart.addEventListener("pointermove", (event) => this.#follow(event));
    chart.addEventListener("pointerleave", () => this.#line.hidden = true);
  }

  // A finger covers what it points at, and scrolls.
  #follow({ clientX, pointerType }) {
    const axis = this.#chart.querySelector(".axis").getBoundingClientRect();
    const part = (clientX - axis.left) / axis.width;
    this.#line.hidden = pointerType === "touch" || part < 0 || part > 1;
    if (this.#line.hidden) return;
    const time = this.#scale.start + part * this.#scale.span;
    this.#line.style.left = `${clientX - this.#chart.getBoundingClientRect().left}px`;
    this.#line.classList.toggle("flipped", part > 0.8);
    this.#label.textContent = this.#words(time);
  }

  #words(time) {
    const before = this.#steps.findLast((step) => step.time <= time);
    return before ? `${duration(time)} · ${plural(before.count, "roll")} in flight` : duration(Math.max(time, 0));
  }
}
