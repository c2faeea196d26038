// Folds the live feed's messages into how everything is now. Pure: no clock, no socket, no page.
//
//   const board = emptyBoard();
//   const changed = fold(board, message);   // "hello", "snapshot" or "changes", as the engine sent it
//
// `board.queues`, `.agents`, `.calls`, `.closures` and `.coachings` are Maps by id; `changed` names
// what is another than before. What is told of a call only when it happens (who calls, since when, how urgent) is
// gathered here, so that a call looks the same whether it came by a snapshot or by changes.

import { WITHHELD } from "./caller.js";

export function emptyBoard() {
  return {
    seq: null, // of the last row that is known: to go on from
    stream: null, // whose numbers those are
    at: null, // the engine's time of the last message, in milliseconds
    switchLost: false, // Asterisk is out of the engine's reach
    planChanged: false, // the configuration is another: names and queues need a new snapshot
    queues: new Map(),
    agents: new Map(),
    calls: new Map(),
    closures: new Map(), // those that are not closed, too
    coachings: new Map(), // none for who is not told of them
    lastSerial: 0, // of the place in line that was given last
  };
}

export function nothingChanged() {
  return { all: false, queues: new Set(), agents: new Set(), calls: new Set(), closures: new Set() };
}

export function fold(board, message) {
  const changed = nothingChanged();
  if (message.type === "hello") {
    board.stream = message.stream;
  } else if (message.type === "snapshot") {
    takeSnapshot(board, message);
    changed.all = true;
  } else if (message.type === "changes") {
    for (const change of message.changes) foldChange(board, change, changed);
    board.seq = message.seq;
  }
  return changed;
}

const WAITS = new Set(["waiting", "offered"]);

// Whether a call stands in its queue's line.
export function stands(call) {
  return call.queue !== null && WAITS.has(call.state);
}

function takeSnapshot(board, message) {
  board.seq = message.seq;
  board.at = Date.parse(message.at);
  board.planChanged = false;
  board.switchLost = message.switch_lost;
  board.queues = byId(message.queues, "queue");
  const agents = byId(message.agents, "agent");
  for (const [id, agent] of agents) keepStaffing(agent, board.agents.get(id));
  board.agents = agents;
  board.calls = byId(message.calls, "call_id");
  board.closures = byId(message.closures, "closure");
  board.coachings = byId(message.coachings, "coaching");
  board.lastSerial = message.calls.reduce((last, call) => Math.max(last, call.serial), 0);
}

// What is read beside the feed: whose calls they may get, and who may coach them.
function keepStaffing(agent, known) {
  agent.serves = known?.serves ?? null;
  agent.coaches = known?.coaches ?? null;
}

function byId(list, key) {
  return new Map(list.map((one) => [one[key], { ...one }]));
}

function foldChange(board, change, changed) {
  board.at = Date.parse(change.at);
  const how = CHANGES[change.type];
  if (how !== undefined) how(board, change, changed);
}

const CHANGES = {
  AgentState: foldAgent,
  CallState: foldCall,
  ClosureState: foldClosure,
  CoachingState: foldCoaching,
  CallGone: (board, change, changed) => drop(board, change.call_id, changed),
  CallArrived: (board, change, changed) => begin(board, change, changed, {
    number: change.number,
    caller: change.caller,
    arrived_at: change.at,
  }),
  CallQueued: foldQueued,
  CallTransferred: foldTransferred,
  CallReprioritised: (board, change, changed) => learn(board, change, changed, {
    priority: change.priority,
    own_priority: change.priority,
  }),
  AgentDialled: (board, change, changed) => begin(board, change, changed, {
    number: change.number,
    caller: WITHHELD, // nobody called, which a snapshot tells by this word
    kind: change.kind,
    arrived_at: change.at,
  }),
  LeadDialed: (board, change, changed) => begin(board, change, changed, {
    number: change.number,
    caller: WITHHELD,
    kind: "lead",
    arrived_at: change.at,
  }),
  LeadAnswered: (board, change, changed) => learn(board, change, changed, { arrived_at: change.at }),
  CallbackAsked: (board, change, changed) => foldItem(board, change, changed, "callback"),
  MessageLeft: (board, change, changed) => foldItem(board, change, changed, "voicemail"),
  PlanLoaded: (board) => { board.planChanged = true; },
  SwitchLost: (board) => { board.switchLost = true; },
  SwitchResynced: (board) => { board.switchLost = false; },
};

const AGENT_FACTS = [
  "agent", "state", "cause", "barred", "call_id", "phone", "until", "overdue", "paused",
  "locked_until",
];

function foldAgent(board, change, changed) {
  const known = board.agents.get(change.agent);
  const agent = known ?? { name: change.agent, team: null, serves: null, coaches: null };
  const moved = agent.state !== change.state || agent.cause !== change.cause;
  for (const fact of AGENT_FACTS) agent[fact] = change[fact];
  if (moved) agent.since = change.at;
  board.agents.set(change.agent, agent);
  changed.agents.add(change.agent);
}

const CLOSURE_FACTS = ["closure", "closed", "by", "cause", "since", "until"];

// What it is called, and whose numbers it closes, only a snapshot tells: each plan has a new one.
function foldClosure(board, change, changed) {
  const closure = { name: change.closure, clients: [], ...board.closures.get(change.closure) };
  for (const fact of CLOSURE_FACTS) closure[fact] = change[fact];
  board.closures.set(change.closure, closure);
  changed.closures.add(change.closure);
}

const COACHING_FACTS = ["coaching", "coach", "agent", "mode", "call_id", "unheard"];

function foldCoaching(board, change, changed) {
  if (change.mode === null) {
    board.coachings.delete(change.coaching);
  } else {
    const known = board.coachings.get(change.coaching) ?? { since: change.at };
    for (const fact of COACHING_FACTS) known[fact] = change[fact];
    board.coachings.set(change.coaching, known);
  }
  changed.agents.add(change.agent).add(change.coach);
}

function foldCall(board, change, changed) {
  if (change.state === "ended") {
    drop(board, change.call_id, changed);
    return;
  }
  const call = callOf(board, change);
  const moved = call.queue !== change.queue;
  if (call.state !== change.state) call.since = change.at;
  touchQueue(call, changed);
  Object.assign(call, {
    state: change.state,
    queue: change.queue,
    agent: change.agent,
    became: change.became,
    client: change.client,
  });
  if (moved || call.enters) enter(board, call, change.at);
  call.enters = false;
  touchQueue(call, changed);
  changed.calls.add(call.call_id);
}

// A queue gives its own urgency to who enters it, unless the call has one that it keeps.
function enter(board, call, at) {
  call.queued_at = call.queue === null ? null : at;
  const queue = board.queues.get(call.queue);
  call.priority = call.own_priority ?? queue?.priority ?? call.priority;
}

// It is about to enter a queue; it may be sent elsewhere at once, so that its state tells where to.
function foldQueued(board, change) {
  const call = board.calls.get(change.call_id);
  if (call === undefined) return;
  call.kind = change.kind ?? call.kind;
  call.own_priority = change.priority ?? null;
  call.serial = nextSerial(board);
  call.enters = true;
}

// Sent on by an agent, to a queue or to somebody else: the wait begins again.
function foldTransferred(board, change, changed) {
  const facts = { queued_at: change.at };
  if (change.queue !== undefined) facts.serial = nextSerial(board);
  learn(board, change, changed, facts);
}

function nextSerial(board) {
  board.lastSerial += 1;
  return board.lastSerial;
}

// Work without a caller takes the place of the call that it came from.
function foldItem(board, change, changed, kind) {
  const origin = board.calls.get(change.origin);
  const facts = { kind, number: change.number, caller: change.caller };
  if (origin !== undefined) {
    facts.arrived_at = origin.arrived_at;
    facts.queued_at = origin.queued_at;
    facts.serial = origin.serial;
  }
  begin(board, change, changed, facts);
}

function begin(board, change, changed, facts) {
  callOf(board, change);
  learn(board, change, changed, facts);
}

// What comes late, of a call that is over, does not bring it back.
function learn(board, change, changed, facts) {
  const call = board.calls.get(change.call_id);
  if (call === undefined) return;
  for (const [name, fact] of Object.entries(facts)) {
    if (fact !== undefined) call[name] = fact;
  }
  touchQueue(call, changed);
  changed.calls.add(call.call_id);
}

function callOf(board, change) {
  let call = board.calls.get(change.call_id);
  if (call === undefined) {
    call = {
      call_id: change.call_id, state: "in_flow", queue: null, agent: null, became: null,
      client: change.client ?? "", kind: "call", number: "", caller: "", priority: 0,
      own_priority: null, serial: 0, arrived_at: change.at, queued_at: null, since: change.at,
    };
    board.calls.set(change.call_id, call);
  }
  return call;
}

function drop(board, id, changed) {
  const call = board.calls.get(id);
  if (call === undefined) return;
  touchQueue(call, changed);
  board.calls.delete(id);
  changed.calls.add(id);
}

function touchQueue(call, changed) {
  if (call.queue !== null) changed.queues.add(call.queue);
}
