// Recent traces: those rolled on this page (kept for the tab) and those that the store lists.

import * as api from "./api.js";
import { byId, html } from "./dom.js";
import { duration, plural, timeOfDay } from "./format.js";
import { isFailed, rootOf } from "./trace-analysis.js";

const storageKey = "recent-traces";
const most = 20;

export class Recent {
  #own = load();
  #stored = [];
  #container = byId("recent");
  #open = null;

  constructor() {
    this.#draw();
  }

  /** Asks the store for its newest traces; a store that does not answer leaves the list as it is. */
  async refresh() {
    const answer = await api.traces();
    if (answer.status !== 200 || !Array.isArray(answer.body?.traces)) return;
    this.#stored = answer.body.traces.map((each) => ({
      id: String(each.traceID),
      name: `${each.rootServiceName ?? ""} ${each.rootTraceName ?? ""}`.trim() || "unnamed",
      start: Number(BigInt(each.startTimeUnixNano ?? 0) / 1_000_000n),
      duration: each.durationMs ?? 0,
      spans: each.spanCount,
      failed: each.error === true,
    }));
    this.#draw();
  }

  add(id, trace) {
    const root = rootOf(trace);
    const entry = {
      id,
      name: `${root.service} ${root.name}`,
      start: Number(trace.start / 1_000_000n),
      duration: trace.duration,
      spans: trace.spans.length,
      failed: trace.spans.some(isFailed),
    };
    this.#own = [entry, ...this.#own.filter((each) => each.id !== id)].slice(0, most);
    save(this.#own);
    this.#draw();
  }

  /** Marks the trace that is shown. */
  set open(id) {
    this.#open = id;
    this.#draw();
  }

  #draw() {
    const entries = new Map([...this.#stored, ...this.#own].map((each) => [each.id, each]));
    const newest = [...entries.values()].sort((one, other) => other.start - one.start).slice(0, most);
    const focused = this.#container.contains(document.activeElement) ? document.activeElement.dataset.trace : null;
    this.#container.replaceChildren(
      newest.length === 0 ? html("p", { class: "hint" }, "No traces yet: press Roll.") : html(
        "ol",
        { class: "recent" },
        ...newest.map((each) => this.#item(each, Math.max(...newest.map((one) => one.duration)))),
      ),
    );
    if (focused) this.#container.querySelector(`[data-trace="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(each, longest) {
    return html(
      "li",
      {},
      html(
        "a",
        {
          href: `?trace=${encodeURIComponent(each.id)}`,
          "data-trace": each.id,
          "aria-current": each.id === this.#open ? "true" : null,
        },
        html(
          "span",
          { class: "recent-name" },
          each.name,
          html("span", { class: "visually-hidden" }, ` at ${timeOfDay(each.start)}`),
        ),
        each.failed ? html("span", { class: "mark failed" }, "✕ failed") : null,
      ),
      html("span", { class: "recent-spans" }, each.spans === undefined ? "" : plural(each.spans, "span")),
      html("meter", { max: longest, value: each.duration, "aria-hidden": "true" }),
      html("span", { class: "length" }, duration(each.duration)),
      html("time", { datetime: new Date(each.start).toISOString() }, timeOfDay(each.start)),
    );
  }
}

// The tab's storage may be forbidden or hold what an older page wrote: the list is then only as long as the page lives.
function load() {
  try {
    const entries = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(entries) ? entries.slice(0, most) : [];
  } catch {
    return [];
  }
}

function save(entries) {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(entries));
  } catch {
    return;
  }
}
