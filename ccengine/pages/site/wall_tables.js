// The wallboard's three tables: what stands in which column.

import { callerOf } from "./caller.js";
import { h, setAttribute, setText } from "./dom.js";
import { stands } from "./fold.js";
import { STATE_SYMBOLS } from "./symbols.js";
import { Table, showMark, showText } from "./table.js";
import { coachMarks } from "./wall_coaching.js";
import { levelOf, secondsSince } from "./wall_view.js";

const NOTHING = "–";
const MOST_CALLS = 200;
const SYMBOLS = { none: "", ok: "●", near: "▲", over: "■" };

// `wall` is { words, feed, figures, mayAct, actOnAgent(id), actOnCall(id) }.
export function queueTable(wall) {
  const { words } = wall;
  const { t } = words;
  const counted = (name) => (cell, row) =>
    setText(cell, row.staff === null ? NOTHING : words.number(row.staff[name]));
  const figure = (name) => (cell, row) => showFigure(cell, wall.figures.of(row.queue, name), words);
  const columns = [
    { key: "queue", head: t("queue"), isHead: true, show: (cell, row) => showText(cell, row.queue) },
    { key: "level", head: t("level"), ticks: true, show: (cell, row, element) => {
      const wait = secondsSince(row.oldest, wall.feed.now());
      const level = levelOf(wait, row.promise_seconds);
      setAttribute(element, "data-level", level);
      showMark(cell, level, SYMBOLS[level], t(`level_${level}`));
    } },
    { key: "waiting", head: t("waiting"), show: (cell, row) => {
      const count = words.number(row.line);
      setText(cell, row.isWhole ? count : t("at_least", { count }));
    } },
    { key: "longest", head: t("longest"), ticks: true, show: (cell, row) =>
      setText(cell, durationOf(row.oldest, wall)) },
    { key: "promise", head: t("promise"), show: (cell, row) => setText(cell,
      row.promise_seconds === null ? NOTHING : t("seconds", { count: words.number(row.promise_seconds) })) },
    { key: "free", head: t("free"), show: counted("free") },
    { key: "busy", head: t("busy"), show: counted("busy") },
    { key: "wrap_up", head: t("wrap_up"), show: counted("wrapUp") },
    { key: "not_ready", head: t("not_ready"), show: counted("notReady") },
    { key: "service_level", head: t("service_level"), show: figure("SL") },
    { key: "asa", head: t("asa"), show: figure("ASA v1") },
    { key: "answered", head: t("answered"), show: figure("answered") },
    { key: "abandoned", head: t("abandoned"), show: figure("abandoned") },
  ];
  return new Table({ id: "queues", label: t("queues"), columns, none: t("no_queues") });
}

export function agentTable(wall) {
  const { words } = wall;
  const { t } = words;
  const columns = [
    { key: "name", head: t("name"), isHead: true, show: (cell, row) => showText(cell, row.name) },
    { key: "team", head: t("team"), show: (cell, row) => showText(cell, row.team ?? "") },
    { key: "state", head: t("state"), show: (cell, row, element) => {
      setAttribute(element, "data-state", row.state);
      showMark(cell, row.state, STATE_SYMBOLS[row.state] ?? "", t(`state_${row.state}`));
    } },
    { key: "since", head: t("since"), ticks: true, show: (cell, row) =>
      setText(cell, durationOf(row.since, wall)) },
    { key: "marks", head: t("marks"), show: (cell, row, element) => {
      setAttribute(element, "data-overdue", row.overdue);
      showText(cell, marksOf(row, wall.feed.board, t));
    } },
    { key: "call", head: t("call"), show: (cell, row) =>
      showText(cell, callText(wall.feed.board.calls.get(row.call_id), t)) },
  ];
  if (wall.mayAct) {
    columns.push(actColumn(t, (id) => wall.actOnAgent(id), (row) => row.name));
  }
  return new Table({ id: "agents", label: t("agents"), columns, none: t("nobody") });
}

export function callTable(wall) {
  const { words } = wall;
  const { t } = words;
  const columns = [
    { key: "caller", head: t("caller"), isHead: true, show: (cell, row) =>
      showText(cell, callerOf(row, t), "ltr") },
    { key: "queue", head: t("queue"), show: (cell, row) => showText(cell, whereOf(row)) },
    { key: "state", head: t("state"), show: (cell, row) => showText(cell, placeText(row, t)) },
    { key: "place", head: t("place"), show: (cell, row) =>
      setText(cell, row.place === null ? NOTHING : words.number(row.place)) },
    { key: "wait", head: t("since"), ticks: true, show: (cell, row, element) =>
      showWait(cell, row, element, wall) },
    { key: "priority", head: t("priority"), show: (cell, row) =>
      setText(cell, words.number(row.priority ?? 0)) },
    { key: "agent", head: t("agent"), show: (cell, row) =>
      showText(cell, wall.feed.board.agents.get(row.agent)?.name ?? row.agent ?? "") },
  ];
  if (wall.mayAct) {
    const column = actColumn(t, (id) => wall.actOnCall(id), (row) => callerOf(row, t));
    columns.push({ ...column, show: (cell, row, element) => {
      column.show(cell, row, element);
      setAttribute(cell.firstElementChild, "disabled", !stands(row));
    } });
  }
  const more = (count) => t("more", { count: words.number(count) });
  return new Table({ id: "calls", label: t("calls"), columns, none: t("no_calls"), most: MOST_CALLS, more });
}

function actColumn(t, act, nameOf) {
  return {
    key: "acts",
    head: t("acts"),
    make: (cell, id) => cell.append(h("button", {
      type: "button", "aria-haspopup": "dialog", onclick: () => act(id),
    }, "⋯")),
    show: (cell, row) =>
      setAttribute(cell.firstElementChild, "aria-label", t("act_on", { who: nameOf(row) })),
  };
}

function showWait(cell, row, element, wall) {
  const waits = stands(row);
  const since = waits ? row.queued_at : row.since;
  const promise = wall.feed.board.queues.get(row.queue)?.promise_seconds ?? null;
  const level = waits ? levelOf(secondsSince(since, wall.feed.now()), promise) : "none";
  setAttribute(element, "data-level", level);
  const text = durationOf(since, wall);
  showMark(cell, level, SYMBOLS[level === "ok" ? "none" : level], text);
  setAttribute(cell, "title", level === "near" || level === "over" ? wall.words.t(`level_${level}`) : null);
}

function durationOf(at, wall) {
  const seconds = secondsSince(at, wall.feed.now());
  return seconds === null ? NOTHING : wall.words.duration(seconds);
}

// A figure of a formula never stands without the formula's name.
function showFigure(cell, figure, words) {
  if (cell.firstElementChild === null) cell.append(h("span"), h("small", { class: "quiet" }));
  const [value, form] = cell.children;
  const known = figure !== undefined && figure.value !== null;
  setText(value, known ? figureText(figure, words) : NOTHING);
  setText(form, known && figure.unit !== "count" ? ` ${figure.form}` : "");
  setAttribute(cell, "title", known ? `${figure.form} = ${figure.formula}` : null);
}

function figureText(figure, words) {
  const value = Number(figure.value);
  if (figure.unit === "percent") return words.percent(value / 100);
  if (figure.unit === "seconds") return words.duration(value);
  return words.number(value);
}

export function marksOf(agent, board, t) {
  const marks = [];
  if (agent.state === "not_ready" && agent.cause !== "") marks.push(agent.cause);
  if (agent.overdue) marks.push(`⚠ ${t("overdue")}`);
  if (agent.barred !== "") marks.push(t("barred", { why: agent.barred }));
  if (agent.paused.length > 0) marks.push(t("paused", { queues: agent.paused.join(", ") }));
  if (agent.locked_until !== null) marks.push(t("locked"));
  return [...marks, ...coachMarks(board, agent.agent, t)].join("; ");
}

function placeText(call, t) {
  const place = t(`place_${call.state}`);
  return call.kind === "call" ? place : `${t(`kind_${call.kind}`)}, ${place}`;
}

// In a menu a call is in no queue, though it may have been told with the one that it has just left.
function whereOf(call) {
  return call.state === "in_flow" ? call.client : call.queue ?? call.client;
}

function callText(call, t) {
  if (call === undefined) return "";
  const where = whereOf(call);
  return where === "" ? callerOf(call, t) : `${where} ${callerOf(call, t)}`;
}
