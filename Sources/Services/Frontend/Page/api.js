// The frontend's API. Every call resolves; what went wrong is part of the answer.

const sampledFlag = 0x01;
const timeLimit = 15_000; // Longer than the frontend's own limit of 10 s, so that its 504 is what the reader sees.

/**
 * GETs `path` below the page's own address and resolves to `{ status, body, detail, traceId, sampled, time }`.
 * `status` is 0 when no answer came; `detail` is null for a 2xx with a JSON body, else a sentence. `sampled` is false
 * where the answer says that its trace is not recorded; `time` is the server's, in milliseconds since 1970, or NaN.
 * Rejects only with `AbortError`, when `signal` aborts.
 */
export async function get(path, { signal } = {}) {
  const limit = AbortSignal.timeout(timeLimit);
  try {
    const response = await fetch(path, {
      headers: { accept: "application/json" },
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const body = await response.json().catch(() => null);
    const { id, flags } = traceOf(response.headers.get("traceresponse"));
    return {
      status: response.status,
      body,
      detail: response.ok && body !== null ? null : describe(response, body),
      traceId: body?.trace_id ?? id,
      sampled: !(id && (flags & sampledFlag) === 0),
      time: Date.parse(response.headers.get("date")),
    };
  } catch (error) {
    if (signal?.aborted) throw error;
    const detail = limit.aborted ? "The frontend gave no answer within 15 s." : "The frontend cannot be reached.";
    return { status: 0, body: null, detail, traceId: null, sampled: true, time: NaN };
  }
}

export const dice = () => get("dice");
export const die = (identifier) => get(`dice?${new URLSearchParams({ identifier })}`);
export const configuration = () => get("config");
export const roll = (die, options) => get(`roll?${new URLSearchParams({ die })}`, options);
export const rollAsync = (die, times, options) => get(`roll-async?${new URLSearchParams({ die, times })}`, options);
export const trace = (id, options) => get(`traces/${encodeURIComponent(id)}`, options);
export const traces = (only) => get(only === "" ? "traces" : `traces?${new URLSearchParams({ only })}`);

function describe(response, body) {
  const detail = body?.detail;
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) return detail.map(fault).join("; ");
  return `The frontend answered ${response.status} without saying why.`;
}

function fault({ loc = [], msg = "not valid" }) {
  return `${loc.at(-1) ?? "request"}: ${msg}`;
}

/** Trace and flags in a `traceresponse` (W3C Trace Context); null and NaN where there is none. */
function traceOf(traceresponse) {
  const found = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})/.exec(traceresponse);
  return { id: found?.[1] ?? null, flags: parseInt(found?.[2], 16) };
}
