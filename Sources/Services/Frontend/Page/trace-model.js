// OTLP/JSON as Tempo and the built-in store give it, made into one tree of spans. Pure: no document, no clock.
//
// A span: { id, parentId, name, service, kind, start, end, duration, attributes: Map, resource: Map, scope: Map,
//           events, links, status, message, children, depth, parent }; times are milliseconds from the trace's start.

const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statuses = ["UNSET", "OK", "ERROR"];

/**
 * The trace in `body`: `{ spans, roots, start, duration, services }`. `spans` is in the order of drawing (depth
 * first, children by start), `start` is nanoseconds since 1970 as BigInt. Null when there is no span in it.
 */
export function parseTrace(body) {
  const batches = body?.batches ?? body?.resourceSpans ?? body?.trace?.resourceSpans ?? body?.trace?.batches ?? [];
  const read = new Map(batches.flatMap(spansOf).map((span) => [span.id, span]));
  if (read.size === 0) return null;

  let start = null;
  for (const span of read.values()) if (start === null || span.startNanoseconds < start) start = span.startNanoseconds;
  for (const span of read.values()) place(span, start);

  const { roots, spans } = grow(read);
  const duration = Math.max(...spans.map((span) => span.end));
  return { spans, roots, start, duration, services: [...new Set(spans.map((span) => span.service))] };
}

function spansOf(batch) {
  const resource = attributesOf(batch.resource?.attributes);
  return (batch.scopeSpans ?? []).flatMap((group) =>
    (group.spans ?? []).map((span) => spanOf(span, resource, scopeOf(group.scope)))
  );
}

/** What made the spans, by its name and version and whatever else is known of it. */
function scopeOf(scope) {
  const known = [["name", scope?.name], ["version", scope?.version]].filter(([, value]) => value);
  return new Map([...known, ...attributesOf(scope?.attributes)]);
}

function linkOf(link) {
  const attributes = attributesOf(link.attributes);
  return { traceId: identifier(link.traceId), spanId: identifier(link.spanId), attributes };
}

function spanOf(span, resource, scope) {
  return {
    id: identifier(span.spanId),
    parentId: identifier(span.parentSpanId),
    name: String(span.name ?? ""),
    service: String(resource.get("service.name") ?? "unknown_service"),
    kind: enumeration(span.kind, kinds, "SPAN_KIND_"),
    startNanoseconds: BigInt(span.startTimeUnixNano ?? 0),
    endNanoseconds: BigInt(span.endTimeUnixNano ?? 0),
    attributes: attributesOf(span.attributes),
    events: span.events ?? [],
    links: (span.links ?? []).map(linkOf),
    status: enumeration(span.status?.code, statuses, "STATUS_CODE_"),
    message: String(span.status?.message ?? ""),
    resource,
    scope,
    children: [],
  };
}

function place(span, origin) {
  span.start = Number(span.startNanoseconds - origin) / 1e6;
  span.end = Math.max(span.start, Number(span.endNanoseconds - origin) / 1e6);
  span.duration = span.end - span.start;
  span.events = span.events.map((event) => ({
    name: String(event.name ?? ""),
    time: Number(BigInt(event.timeUnixNano ?? 0) - origin) / 1e6,
    attributes: attributesOf(event.attributes),
  }));
}

/** Links children to parents. A span whose parent is not there is a root of its own, and so is one of a cycle. */
function grow(read) {
  const roots = [];
  for (const span of read.values()) {
    const parent = read.get(span.parentId);
    if (parent && parent !== span) parent.children.push(span);
    else roots.push(span);
  }
  const spans = [];
  const seen = new Set();
  const byStart = (one, other) => one.start - other.start;
  const visit = (root) => {
    const stack = [[root, null]];
    while (stack.length > 0) {
      const [span, parent] = stack.pop();
      seen.add(span);
      span.parent = parent;
      span.depth = parent ? parent.depth + 1 : 0;
      spans.push(span);
      span.children = span.children.filter((child) => !seen.has(child)).sort(byStart);
      stack.push(...span.children.map((child) => [child, span]).reverse());
    }
  };
  roots.sort(byStart).forEach(visit);
  for (const span of read.values()) {
    if (seen.has(span)) continue;
    roots.push(span);
    visit(span);
  }
  return { roots, spans };
}

/** An id as lower-case hex, from hex (our store, the OTLP rule) or base64 (Tempo); their lengths never coincide. */
export function identifier(text) {
  if (!text) return "";
  if (/^([0-9a-f]{16}){1,2}$/i.test(text)) return text.toLowerCase();
  try {
    return [...atob(text)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return String(text);
  }
}

function enumeration(value, names, prefix) {
  if (typeof value === "string") return value.replace(prefix, "");
  return names[value ?? 0] ?? names[0];
}

function attributesOf(list) {
  return new Map((list ?? []).map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value) {
  if (!value) return null;
  if ("intValue" in value) return integer(value.intValue);
  if ("arrayValue" in value) return (value.arrayValue.values ?? []).map(valueOf);
  if ("kvlistValue" in value) return Object.fromEntries(attributesOf(value.kvlistValue.values));
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? value.bytesValue ?? null;
}

/** A 64-bit integer, as the text that it came as where a number would round it. */
function integer(written) {
  const value = Number(written);
  return Number.isSafeInteger(value) ? value : String(written);
}
