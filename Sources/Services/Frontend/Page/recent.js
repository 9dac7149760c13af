// Recent traces: those rolled on this page (kept for the tab) and those that the store lists; all, or some of both.

import * as api from "./api.js";
import { byId, html } from "./dom.js";
import { coarse, duration, plural, timeOfDay } from "./format.js";
import { isFailed, rootOf } from "./trace-analysis.js";

const storageKey = "recent-traces";
const most = 20;
const fits = { "": () => true, failed: (each) => each.failed, slow: (each) => each.duration > 2000 };

export class Recent {
  #own = load();
  #stored = [];
  #container = byId("recent");
  #status = byId("recent-status");
  #only = byId("recent-only");
  #open = null;
  #fault = null; // Why the store lists nothing.

  constructor() {
    this.#only.addEventListener("change", () => {
      this.#stored = [];
      this.refresh();
    });
    byId("recent-refresh").addEventListener("click", () => this.refresh());
    this.#draw();
  }

  /** Asks the store for its newest traces; a store that does not answer leaves the list as it is, and it is said. */
  async refresh() {
    const only = this.#only.value;
    const answer = await api.traces(only);
    if (only !== this.#only.value) return;
    this.#fault = answer.status === 200 ? null : answer.detail;
    if (Array.isArray(answer.body?.traces)) this.#stored = answer.body.traces.map(entryOf);
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
    const own = this.#own.filter(fits[this.#only.value]);
    const entries = new Map([...this.#stored, ...own].map((each) => [each.id, each]));
    const newest = [...entries.values()].sort((one, other) => other.start - one.start).slice(0, most);
    const focused = this.#container.contains(document.activeElement) ? document.activeElement.dataset.trace : null;
    this.#status.hidden = this.#fault === null;
    this.#status.textContent = newest.length === 0 ? this.#fault : `${this.#fault}; what this tab has seen is listed.`;
    const none = this.#only.value === "" ? "No traces yet: press Roll." : "No such traces.";
    this.#container.replaceChildren(
      newest.length === 0 ? html("p", { class: "hint" }, this.#fault === null ? none : "") : html(
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
      html("span", { class: "length" }, each.coarse ? coarse(each.duration) : duration(each.duration)),
      html("time", { datetime: new Date(each.start).toISOString() }, timeOfDay(each.start)),
    );
  }
}

/** What the list needs of a trace in Tempo's answer to a search. */
function entryOf(found) {
  const services = Object.values(found.serviceStats ?? {});
  const total = (name) => services.reduce((sum, counts) => sum + (counts[name] ?? 0), 0);
  return {
    // Tempo leaves out leading zeros.
    id: String(found.traceID).padStart(32, "0"),
    name: `${found.rootServiceName ?? ""} ${found.rootTraceName ?? ""}`.trim() || "unnamed",
    start: milliseconds(found.startTimeUnixNano),
    duration: found.durationMs ?? 0,
    coarse: true,
    spans: services.length > 0 ? total("spanCount") : undefined,
    failed: total("errorCount") > 0,
  };
}

/** Nanoseconds as milliseconds, exact to some of them; 0 for what is no number. */
function milliseconds(nanoseconds) {
  const value = Number(nanoseconds) / 1e6;
  return Number.isFinite(value) ? value : 0;
}

// The tab's storage may be forbidden or hold what an older page wrote: the list is then only as long as the page lives.
function load() {
  try {
    const entries = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return entries.filter((each) => typeof each.id === "string" && Number.isFinite(each.start)).slice(0, most);
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
