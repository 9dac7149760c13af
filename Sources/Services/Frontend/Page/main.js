// The page: the form, the result, and what follows from them.

import * as api from "./api.js";
import { Comparison } from "./comparison.js";
import { byId, html } from "./dom.js";
import { drawPrimer } from "./primer.js";
import { Recent } from "./recent.js";
import { character, outcome, waiting } from "./result.js";
import { TraceView } from "./trace-view.js";

const parameters = new URLSearchParams(location.search);
const form = byId("roll-form");
const die = byId("die");
const async = byId("async");
const times = byId("times");

const lastRoll = { id: null, die: null, took: null };
const comparison = new Comparison();
const recent = new Recent();
const view = new TraceView((id, trace) => {
  recent.add(id, trace);
  recent.refresh();
  const own = id === lastRoll.id;
  comparison.offer(own ? lastRoll.die : dieOf(trace), own ? lastRoll.took : null, trace);
});

// The form

function preset() {
  if (!parameters.has("times")) return;
  async.checked = true;
  times.value = parameters.get("times");
  follow();
}

function follow() {
  times.disabled = !async.checked;
  const wrong = async.checked && !times.checkValidity();
  times.setAttribute("aria-invalid", String(wrong));
}

async function fillDice() {
  const answer = await api.dice();
  const known = answer.status === 200 ? (answer.body?.identifiers ?? []) : [];
  const wanted = die.value || parameters.get("die");
  const names = wanted && !known.includes(wanted) ? [...known, wanted] : known;
  die.replaceChildren(...names.map((name) => html("option", { value: name }, name)));
  if (wanted) die.value = wanted;
  if (known.length > 0 && byId("die-problem").contains(document.activeElement)) die.focus();
  byId("die-problem").hidden = known.length > 0;
  if (known.length === 0) {
    byId("die-problem-text").textContent = `The list of dice is not there: ${answer.detail ?? "it is empty."}`;
  }
  byId("roll").toggleAttribute("disabled", names.length === 0);
  describeDie();
}

/** Says what the chosen die does; nothing where that cannot be learnt. */
async function describeDie() {
  const name = die.value;
  const specification = name ? (await api.die(name)).body?.specification : null;
  if (name === die.value) byId("die-note").textContent = specification ? character(specification) : "";
}

// A roll and its result

async function roll(event) {
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  comparison.close();
  show(...waiting(async.checked ? times.valueAsNumber : 1));
  const begin = performance.now();
  const answer = async.checked ? await api.rollAsync(die.value, times.value) : await api.roll(die.value);
  const took = performance.now() - begin;
  form.removeAttribute("aria-busy");
  show(...outcome(answer, took));
  Object.assign(lastRoll, { id: answer.traceId, die: die.value, took });
  if (answer.traceId && answer.sampled) return select(answer.traceId);
  forget();
  if (answer.traceId) view.unsampled();
  else view.close();
}

function show(...elements) {
  byId("result").replaceChildren(...elements);
}

// The trace that is shown, and the address that names it

function select(id, { remember = true } = {}) {
  const address = new URLSearchParams(location.search);
  if (remember && address.get("trace") !== id) {
    address.set("trace", id);
    history.pushState(null, "", `?${address}`);
  }
  if (id !== lastRoll.id) comparison.close();
  recent.open = id;
  view.open(id);
}

/** Takes the trace out of the address, where there is one, since another roll stands on the page now. */
function forget() {
  recent.open = null;
  const address = new URLSearchParams(location.search);
  if (!address.has("trace")) return;
  address.delete("trace");
  history.pushState(null, "", `?${address}`);
}

/** Links to traces open in place, unless the reader asks for another tab or window. */
function followLink(event) {
  const link = event.target.closest("a[data-trace]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  select(link.dataset.trace);
}

function followAddress() {
  const id = new URLSearchParams(location.search).get("trace");
  if (id) return select(id, { remember: false });
  view.close();
  comparison.close();
  recent.open = null;
}

function dieOf(trace) {
  return trace.spans.map((span) => span.attributes.get("die.type")).find((name) => typeof name === "string");
}

form.addEventListener("submit", roll);
die.addEventListener("change", describeDie);
async.addEventListener("change", follow);
times.addEventListener("input", follow);
byId("die-retry").addEventListener("click", fillDice);
addEventListener("popstate", followAddress);
document.addEventListener("click", followLink);

byId("page-problem").remove();
drawPrimer();
preset();
followAddress();
fillDice();
recent.refresh();
api.configuration().then((answer) => {
  view.linkTemplate = answer.body?.trace_link_template;
});
