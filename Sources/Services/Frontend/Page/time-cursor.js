// A line through all rows at the time under the pointer, and how many rolls were in flight then. For the eye only: what
// it says is in the rows, too.

import { html } from "./dom.js";
import { duration, plural } from "./format.js";

const margin = 8; // Between the line and its label, and a little beyond.

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
    const box = this.#chart.getBoundingClientRect();
    this.#line.style.left = `${clientX - box.left}px`;
    this.#label.textContent = this.#words(time);
    this.#line.classList.toggle("flipped", clientX + this.#label.offsetWidth + margin > box.right);
  }

  #words(time) {
    const before = this.#steps.findLast((step) => step.time <= time);
    return before ? `${duration(time)} · ${plural(before.count, "roll")} in flight` : duration(Math.max(time, 0));
  }
}
