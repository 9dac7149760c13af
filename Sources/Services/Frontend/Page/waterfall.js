// The trace as a waterfall: one row per span, indented by parent, one bar per row on one time axis.
// A tree grid for assistive technology: arrows move, Right and Left open and close, Enter shows attributes, Z zooms.

import { html } from "./dom.js";
import { TimeCursor } from "./time-cursor.js";
import { Scale } from "./timeline.js";
import { batches, criticalPath, inFlight, isRoll } from "./trace-analysis.js";
import { flight, header, legend, spanRows } from "./waterfall-drawing.js";

export class Waterfall {
  #container;
  #trace = null;
  #traceId = null;
  #scale = null;
  #critical = new Map();
  #slowest = new Set();
  #steps = [];
  #cursor = new TimeCursor();
  #closed = new Set();
  #opened = null;
  #current = null;
  #built = new Map();

  constructor(container) {
    this.#container = container;
    container.addEventListener("keydown", (event) => this.#key(event));
    container.addEventListener("click", (event) => this.#click(event));
    container.addEventListener("dblclick", (event) => this.#zoomOn(this.#spanAt(event.target)));
    container.addEventListener("focusin", (event) => this.#enter(this.#spanAt(event.target)));
  }

  /** Draws `trace`; the same trace, grown, keeps what the reader had opened and where the focus was. */
  show(traceId, trace) {
    const same = traceId === this.#traceId;
    const focused = this.#container.contains(document.activeElement);
    this.#traceId = traceId;
    this.#trace = trace;
    this.#critical = criticalPath(trace);
    this.#steps = inFlight(trace.spans.filter(isRoll));
    const compared = batches(trace).filter(({ rolls, failed }) => rolls.length > 1 && failed.length === 0);
    this.#slowest = new Set(compared.map(({ slowest }) => slowest));
    if (!same) {
      this.#closed.clear();
      this.#opened = null;
    }
    // What was first may stand further down now: parents often come after their children.
    if (!same || !focused) this.#current = trace.spans[0].id;
    this.#scale = new Scale(0, trace.duration * 1.005);
    this.#draw(same && focused);
  }

  clear() {
    this.#trace = null;
    this.#traceId = null;
    this.#container.replaceChildren();
  }

  /** Draws all of it: what is the same for every row has changed. */
  #draw(focus) {
    this.#built.clear();
    const view = this.#view();
    const rows = this.#visible().flatMap((span) => this.#rowsOf(span));
    const label =
      `Spans of the trace, ${this.#trace.spans.length} in all. Arrow keys move, Enter shows attributes, Z zooms.`;
    const chart = html(
      "div",
      { class: "chart" },
      flight(view),
      html("div", { role: "treegrid", "aria-label": label, class: "spans" }, header(view), ...rows),
    );
    this.#container.replaceChildren(legend(view), chart);
    this.#cursor.attach(chart, this.#scale, this.#steps);
    if (focus) this.#rowOf(this.#current)?.focus();
  }

  #view() {
    return {
      trace: this.#trace,
      scale: this.#scale,
      critical: this.#critical,
      slowest: this.#slowest,
      steps: this.#steps,
      closed: this.#closed,
      opened: this.#opened,
      current: this.#current,
    };
  }

  /** The span's row, and that of its details where they are open. */
  #rowsOf(span) {
    if (!this.#built.has(span.id)) this.#built.set(span.id, spanRows(this.#view(), span));
    return this.#built.get(span.id);
  }

  /** Draws the span's rows anew. Traces have thousands of spans, and a click is about one or two. */
  #redraw(span) {
    const old = this.#built.get(span.id);
    this.#built.delete(span.id);
    if (!old?.[0].isConnected) return;
    old.slice(1).forEach((details) => details.remove());
    old[0].replaceWith(...this.#rowsOf(span));
  }

  #visible() {
    const hidden = new Set();
    return this.#trace.spans.filter((span) => {
      if (!span.parent || !(hidden.has(span.parent) || this.#closed.has(span.parent.id))) return true;
      hidden.add(span);
      return false;
    });
  }

  #rowOf(id) {
    return this.#built.get(id)?.[0];
  }

  #spanAt(element) {
    const id = element.closest?.("[data-span]")?.dataset.span;
    return this.#spanWith(id) ?? null;
  }

  #spanOf(details) {
    return this.#spanWith(details?.dataset.details);
  }

  #spanWith(id) {
    return this.#trace.spans.find((span) => span.id === id);
  }

  #enter(span) {
    if (!span || span.id === this.#current) return;
    this.#rowOf(this.#current)?.setAttribute("tabindex", "-1");
    this.#current = span.id;
    this.#rowOf(span.id).setAttribute("tabindex", "0");
  }

  #focus(span) {
    if (!span) return;
    this.#enter(span);
    this.#rowOf(span.id).focus();
  }

  #toggle(span, close) {
    if (close) this.#closed.add(span.id);
    else this.#closed.delete(span.id);
    this.#enter(span);
    this.#redraw(span);
    const last = this.#rowsOf(span).at(-1);
    if (close) this.#removeBelow(span, last);
    else last.after(...this.#below(span).flatMap((each) => this.#rowsOf(each)));
    this.#focus(span);
  }

  #removeBelow(span, last) {
    const level = span.depth + 1;
    while (Number(last.nextElementSibling?.getAttribute("aria-level")) > level) last.nextElementSibling.remove();
  }

  /** The visible spans below `span`, which follow it in the order of drawing. */
  #below(span) {
    const after = this.#visible();
    after.splice(0, after.indexOf(span) + 1);
    const end = after.findIndex(({ depth }) => depth <= span.depth);
    return end < 0 ? after : after.slice(0, end);
  }

  #open(span, { enter }) {
    const before = this.#spanWith(this.#opened);
    this.#opened = before === span ? null : span.id;
    this.#enter(span);
    if (before) this.#redraw(before);
    if (before !== span) this.#redraw(span);
    this.#focus(span);
    if (enter && this.#opened) this.#container.querySelector("[data-details]").focus();
  }

  #zoomOn(span) {
    if (!span) return;
    const margin = Math.max(span.duration * 0.02, 1e-3);
    this.#scale = new Scale(span.start - margin, span.end + margin);
    this.#current = span.id;
    this.#draw(true);
  }

  #whole() {
    this.#scale = new Scale(0, this.#trace.duration * 1.005);
    this.#draw(true);
  }

  #click(event) {
    if (event.target.closest("[data-action=whole]")) return this.#whole();
    const zoom = event.target.closest("[data-action=zoom]");
    if (zoom) return this.#zoomOn(this.#spanOf(zoom.closest("[data-details]")));
    const span = this.#spanAt(event.target);
    if (!span || event.detail > 1) return;
    const twist = event.target.closest("[data-action=twist]") && span.children.length > 0;
    if (twist) this.#toggle(span, !this.#closed.has(span.id));
    else this.#open(span, { enter: false });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const details = event.target.closest("[data-details]");
    const span = this.#spanAt(event.target) ?? this.#spanOf(details);
    if (!span) return;
    const move = details
      ? { Escape: () => this.#open(span, { enter: false }) }[event.key]
      : this.#move(event.key, span);
    if (!move) return;
    event.preventDefault();
    move();
  }

  #move(key, span) {
    const rows = this.#visible();
    const index = rows.indexOf(span);
    const closed = this.#closed.has(span.id);
    switch (key) {
      case "ArrowDown":
        return () => this.#focus(rows[index + 1]);
      case "ArrowUp":
        return () => this.#focus(rows[index - 1]);
      case "Home":
        return () => this.#focus(rows[0]);
      case "End":
        return () => this.#focus(rows.at(-1));
      case "ArrowRight":
        return closed ? () => this.#toggle(span, false) : () => this.#focus(span.children[0]);
      case "ArrowLeft":
        return span.children.length > 0 && !closed ? () => this.#toggle(span, true) : () => this.#focus(span.parent);
      case "Enter":
      case " ":
        return () => this.#open(span, { enter: true });
      case "z":
      case "Z":
        return () => this.#zoomOn(span);
      case "Escape":
        return () => this.#whole();
      default:
        return null;
    }
  }
}
