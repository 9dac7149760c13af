// What a trace tells: whether it is whole, where its time went, and what the overlap saved. Pure.

export const isRoll = (span) => span.attributes.has("async.roll_index");
export const isCancelled = (span) => span.attributes.get("async.cancelled") === true;
export const isFailed = (span) => span.status === "ERROR";
/** The number of the incident during which a roll began; undefined for most. */
export const incidentOf = (span) => span.attributes.get("incident.number");

/** The trace's first root: the span that a reader takes for the request. */
export const rootOf = (trace) => trace.roots.find((span) => span.parentId === "") ?? trace.roots[0];

/**
 * Why the trace cannot be whole, as sentences; empty when nothing is known to be missing. Exporters send each service's
 * spans on their own, so a trace often arrives leaf first or without its leaves. What is missing is still awaited, or,
 * when the trace is `settled`, was never traced or went to another store.
 */
export function missing(trace, settled = false) {
  const reasons = [];
  const say = (count, one, many) => count > 0 && reasons.push(count === 1 ? one : many);
  const orphans = trace.roots.filter((span) => span.parentId !== "").length;
  const silent = trace.spans.filter(awaitsServer).length;
  const short = trace.spans.filter((span) =>
    isBatch(span) && span.children.length < span.attributes.get("async.batch_size")
  ).length;
  if (settled) {
    say(orphans, "a parent is not in this store", `${orphans} parents are not in this store`);
    say(silent, "a called service is not traced", `${silent} calls went to services that are not traced`);
    say(short, "rolls are not in this store", "rolls are not in this store");
  } else {
    say(orphans, "a parent span not there", `${orphans} parent spans not there`);
    say(silent, "one call without the called service's span", `${silent} calls without the called service's span`);
    say(short, "roll spans not there", "roll spans not there");
  }
  return reasons;
}

/** When the last of the trace's spans ended, in milliseconds since 1970. */
export function endOf(trace) {
  return Number(trace.start / 1_000_000n) + trace.duration;
}

function awaitsServer(span) {
  return span.kind === "CLIENT" && span.attributes.has("http.response.status_code") && span.children.length === 0;
}

function isBatch(span) {
  return span.name === "async_roll_batch";
}

/**
 * What set how long the trace took: per span, the stretches `{ start, end }` in which the request waited for that
 * span itself. From the end back, time belongs to the child that ended last before, else to the span. Nobody waits for
 * a cancelled child: it ends because its parent is done with it. Nor before the parent's start and beyond its end: a
 * child in another service often outlives it by the time that its answer takes, or has a clock of its own.
 */
export function criticalPath(trace) {
  const path = new Map();
  const root = rootOf(trace);
  const stack = [[root, root.start, root.end]];
  while (stack.length > 0) {
    const [span, start, end] = stack.pop();
    const own = [];
    let until = end;
    for (const child of [...span.children].sort((one, other) => other.end - one.end)) {
      const awaited = Math.min(child.end, end);
      const begun = Math.max(child.start, start);
      if (awaited > until || awaited <= begun || isCancelled(child)) continue;
      stack.push([child, begun, awaited]);
      if (awaited < until) own.push({ start: awaited, end: until });
      until = begun;
    }
    if (start < until) own.push({ start, end: until });
    path.set(span, own);
  }
  return path;
}

/**
 * The batches of the trace, by start: `{ rolls, batch, sum, saved, ratio, slowest, failed, cancelled }` each, in
 * milliseconds. `batch` is the duration of the rolls' parent, `sum` what they take one after another. A client may make
 * several requests in one trace, and rolls of different batches do not wait for each other.
 */
export function batches(trace) {
  return [...Map.groupBy(trace.spans.filter(isRoll), (span) => span.parentId).values()].map(batchOf);
}

function batchOf(rolls) {
  const { parent } = rolls[0];
  const extent = Math.max(...rolls.map((span) => span.end)) - Math.min(...rolls.map((span) => span.start));
  const batch = parent ? parent.duration : extent;
  const sum = total(rolls, (span) => span.duration);
  const slowest = rolls.reduce((most, span) => (span.duration > most.duration ? span : most));
  const failed = rolls.filter(isFailed);
  const cancelled = rolls.filter(isCancelled);
  return { rolls, batch, sum, saved: sum - batch, ratio: sum / batch, slowest, failed, cancelled };
}

/** The sum of what `part` gives for each of `list`. */
export function total(list, part) {
  return list.reduce((sum, each) => sum + part(each), 0);
}

/** How many of `spans` run at once: steps `{ time, count }` in order of time. */
export function inFlight(spans) {
  const changes = spans.flatMap((span) => [[span.start, 1], [span.end, -1]]).sort((one, other) => one[0] - other[0]);
  let count = 0;
  return changes.map(([time, change]) => ({ time, count: count += change }));
}
