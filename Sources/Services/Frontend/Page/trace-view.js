// The section with the trace: fetches until the trace is whole, draws what is there, and says how things stand.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { duration, plural } from "./format.js";
import { summary } from "./summary.js";
import { endOf, missing } from "./trace-analysis.js";
import { parseTrace } from "./trace-model.js";
import { Waterfall } from "./waterfall.js";

const patience = 15_000; // Exporters send every 5 s by default; three rounds and the trace is late, not slow.
const settling = 10_000; // Two of these rounds: what an exporter had of a trace that ended before, it has sent.
const firstPause = 100;
const longestPause = 1500;

export class TraceView {
  #waterfall = new Waterfall(byId("waterfall"));
  #status = byId("trace-status");
  #retry = byId("trace-retry");
  #waiting = null;
  #id = null;
  #template = null;
  #onWhole;

  /** `onWhole(id, trace)` is called each time that a trace is drawn for good. */
  constructor(onWhole) {
    this.#onWhole = onWhole;
    this.#retry.addEventListener("click", () => this.#retry.ariaDisabled !== "true" && this.open(this.#id));
  }

  /** The address of another trace backend, with `{trace_id}` in it; only http and https addresses are linked. */
  set linkTemplate(template) {
    this.#template = /^https?:\/\//i.test(template ?? "") ? template : null;
    this.#link();
  }

  close() {
    this.#waiting?.abort();
    this.#id = null;
    byId("trace").hidden = true;
    byId("primer").hidden = false;
    this.#waterfall.clear();
  }

  /** Says that the trace of a roll is not recorded: nothing to wait for, and nothing to link to. */
  unsampled() {
    this.close();
    byId("trace-summary").replaceChildren();
    byId("trace-link").hidden = true;
    byId("trace-elsewhere").hidden = true;
    byId("trace").hidden = false;
    byId("primer").hidden = true;
    this.#retry.hidden = true;
    this.#say("The trace was not sampled: no span of it was recorded.");
  }

  /**
   * Shows the trace `id`, waiting for what is missing up to 15 seconds, or until its last span ended so long ago that
   * nothing more is to come. Opening another one ends the wait.
   */
  async open(id) {
    this.#waiting?.abort();
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    if (id !== this.#id) this.#reset(id);
    this.#withdrawRetry();
    this.#say("Waiting for the trace…");
    try {
      await this.#follow(id, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #reset(id) {
    this.#id = id;
    this.#waterfall.clear();
    byId("trace-summary").replaceChildren();
    byId("trace").hidden = false;
    byId("primer").hidden = true;
    this.#link();
  }

  #link() {
    if (!this.#id) return;
    const link = byId("trace-link");
    link.textContent = this.#id;
    link.hidden = false;
    link.href = `?trace=${encodeURIComponent(this.#id)}`;
    link.dataset.trace = this.#id;
    const elsewhere = byId("trace-elsewhere");
    elsewhere.hidden = this.#template === null;
    if (this.#template) elsewhere.href = this.#template.replaceAll("{trace_id}", encodeURIComponent(this.#id));
  }

  async #follow(id, signal) {
    const begin = performance.now();
    let drawn = null;
    for (let pause = firstPause;; pause = Math.min(pause * 1.5, longestPause)) {
      const answer = await api.trace(id, { signal });
      if (answer.status !== 200 && answer.status !== 404) return this.#giveUp(`No trace: ${answer.detail}`);
      const trace = answer.status === 200 ? read(answer.body) : null;
      if (trace && trace.spans.length !== drawn?.spans.length) this.#draw(id, trace);
      drawn = trace ?? drawn;
      const reasons = drawn ? missing(drawn) : [];
      if (drawn && reasons.length === 0) return this.#finish(id, drawn);
      if (drawn && isSettled(drawn, answer.time)) return this.#settle(id, drawn);
      if (performance.now() - begin > patience) return this.#late(id, drawn, reasons);
      if (drawn) this.#say(`Waiting for the rest of the trace (${reasons.join(", ")})…`);
      await rest(pause, signal);
    }
  }

  #draw(id, trace) {
    this.#waterfall.show(id, trace);
    byId("trace-summary").replaceChildren(...summary(trace));
  }

  #finish(id, trace) {
    this.#say(`Complete: ${census(trace)}, ${duration(trace.duration)}.`);
    if (this.#retry === document.activeElement) byId("trace-heading").focus();
    this.#retry.hidden = true;
    this.#onWhole(id, trace);
  }

  #settle(id, trace) {
    const lacks = missing(trace, true).join(", ");
    this.#giveUp(`Shown is what the store has, ${census(trace)}, ${duration(trace.duration)}: ${lacks}.`);
    this.#onWhole(id, trace);
  }

  #late(id, trace, reasons) {
    if (!trace) return this.#giveUp("The trace is not available: nothing of it arrived within 15 s.");
    this.#giveUp(`The trace is not complete after 15 s: ${reasons.join(", ")}. Shown is what arrived.`);
    this.#onWhole(id, trace);
  }

  #giveUp(text) {
    this.#say(text);
    this.#retry.hidden = false;
    this.#retry.ariaDisabled = null;
  }

  /** A button that went away would take the keyboard's focus along: where it was just pressed, it stays and rests. */
  #withdrawRetry() {
    if (this.#retry === document.activeElement) this.#retry.ariaDisabled = "true";
    else this.#retry.hidden = true;
  }

  #say(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }
}

/** Whether the trace ended long ago by both clocks, the browser's and the frontend's: either may be wrong. */
function isSettled(trace, frontendTime) {
  const now = Number.isNaN(frontendTime) ? Date.now() : Math.min(Date.now(), frontendTime);
  return now - endOf(trace) > settling;
}

/** The trace in a store's answer; null also when the answer is no trace, since asking again may help. */
function read(body) {
  try {
    return parseTrace(body);
  } catch {
    return null;
  }
}

function rest(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

function census(trace) {
  return `${plural(trace.spans.length, "span")} of ${plural(trace.services.length, "service")}`;
}
