// What the spans of this system stand for, in a sentence each.

import { incidentOf, isCancelled, isFailed, isRoll } from "./trace-analysis.js";

/** What `span` stands for; null for spans that say it themselves. */
export function meaning(span) {
  if (isRoll(span)) return roll(span);
  if (span.name === "async_roll_batch") {
    return "All rolls of the request are its children. It ends with the last of them, or with the first that fails.";
  }
  if (span.kind === "SERVER") {
    return `The request as the called service saw it, up to the last byte of its answer.${incident(span)}`;
  }
  if (span.kind === "CLIENT") {
    return "The request as the caller saw it. What it is longer than its child went into the network and into waiting.";
  }
  return null;
}

function failure(span) {
  return span.attributes.get("incident.error") ? `incident ${incidentOf(span)} failed it` : "failed its draw";
}

function incident(span) {
  return incidentOf(span) === undefined ? "" : ` Incident ${incidentOf(span)} was on, which may delay and fail rolls.`;
}

function roll(span) {
  if (isFailed(span)) return `This roll waited, then ${failure(span)}. With it the batch failed.`;
  if (isCancelled(span)) return "This roll was still waiting when another failed, and was cancelled with its batch.";
  return `One roll: it waits for a time that chance decides, holding no thread, then shows a face.${incident(span)}`;
}
