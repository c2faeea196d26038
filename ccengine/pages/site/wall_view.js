// What the wallboard shows of a board: pure, so that tests compare it with what they work out.

import { stands } from "./fold.js";

const NEAR = 2 / 3; // of the promise

// "none": nothing is promised; "ok", "near", "over". Whoever waits exactly the promise is in time.
export function levelOf(waitSeconds, promiseSeconds) {
  if (promiseSeconds === null || promiseSeconds === undefined) return "none";
  if (waitSeconds === null) return "ok";
  if (waitSeconds > promiseSeconds) return "over";
  return waitSeconds >= promiseSeconds * NEAR ? "near" : "ok";
}

// Seconds since an instant of the feed, by the engine's clock.
export function secondsSince(at, now) {
  return at === null || at === undefined ? null : Math.max(0, (now - Date.parse(at)) / 1000);
}

export function clientOf(queue) {
  return queue.split("/")[0];
}

const COUNTED = {
  available: "free", offered: "busy", on_call: "busy", wrap_up: "wrapUp", not_ready: "notReady",
};

// Each queue with its line and its people, in the order of the snapshot; on a wall, where nobody
// scrolls, the most urgent first.
export function queueRows(board, filter, now) {
  const rows = new Map();
  for (const queue of board.queues.values()) {
    if (!filter.takesQueue(queue.queue)) continue;
    rows.set(queue.queue, {
      ...queue, line: 0, oldest: null, isWhole: queue.waiting !== null, staff: null,
    });
  }
  for (const call of board.calls.values()) {
    const row = stands(call) ? rows.get(call.queue) : undefined;
    if (row === undefined) continue;
    row.line += 1;
    if (row.oldest === null || Date.parse(call.queued_at) < Date.parse(row.oldest)) {
      row.oldest = call.queued_at;
    }
  }
  countStaff(board, rows);
  const list = [...rows.values()];
  return filter.screen ? list.sort((one, other) => urgency(other, now) - urgency(one, now)) : list;
}

// The part of the promise that has passed; without a promise: whether anybody waits.
function urgency(row, now) {
  const wait = secondsSince(row.oldest, now);
  if (wait === null) return -1;
  return row.promise_seconds === null ? 0 : wait / Math.max(row.promise_seconds, 1);
}

function countStaff(board, rows) {
  for (const agent of board.agents.values()) {
    for (const queue of agent.serves ?? []) {
      const row = rows.get(queue);
      if (row === undefined) continue;
      row.staff ??= { free: 0, busy: 0, wrapUp: 0, notReady: 0 };
      const what = COUNTED[agent.state];
      if (what === undefined) continue;
      const isKept = agent.state === "available" && (agent.barred !== "" || agent.paused.includes(queue));
      row.staff[isKept ? "notReady" : what] += 1;
    }
  }
}

// Agents by name; those who are logged off only if asked for.
export function agentRows(board, filter, compare) {
  const seen = [...board.agents.values()].filter((agent) => filter.takesAgent(agent));
  return seen.sort((one, other) => compare(one.name, other.name) || compare(one.agent, other.agent));
}

// Who waits comes first, queue by queue, each with the place by priority and arrival; then the rest,
// who came first above.
export function callRows(board, filter) {
  const seen = [...board.calls.values()].filter((call) => filter.takesCall(call));
  const waiting = seen.filter(stands).sort(
    (one, other) => one.queue.localeCompare(other.queue)
      || (other.priority ?? 0) - (one.priority ?? 0)
      || (one.serial ?? 0) - (other.serial ?? 0),
  );
  let queue = null;
  let place = 0;
  const lined = waiting.map((call) => {
    place = call.queue === queue ? place + 1 : 1;
    queue = call.queue;
    return { ...call, place };
  });
  const rest = seen.filter((call) => !stands(call)).sort(
    (one, other) => Date.parse(one.arrived_at) - Date.parse(other.arrived_at),
  );
  return [...lined, ...rest.map((call) => ({ ...call, place: null }))];
}
