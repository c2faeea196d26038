// Who coaches whom, and a supervisor's means to: one of the agent's team's supervisors, whose phone
// rings, listens, whispers, joins in, takes over or leaves. The engine says who may; what it refuses
// the dialog says.

import { h, setAttribute, setChildren, setText } from "./dom.js";

const MODES = ["monitor", "whisper", "barge"];
const UNHEARD = {
  "no call": "unheard_call", "another client's call": "unheard_client", "a talk between colleagues": "unheard_private",
};
const KEPT = "ccengine.coach"; // who reads this wallboard, as a rule

function nameOf(board, agent) {
  return board.agents.get(agent)?.name ?? agent;
}

// Of who is coached, each coach and how; of a coach, whom.
export function coachMarks(board, agent, t) {
  const marks = [];
  for (const one of board.coachings.values()) {
    if (one.coach === agent) marks.push(t("coaches_whom", { who: nameOf(board, one.agent) }));
    if (one.agent !== agent) continue;
    const who = nameOf(board, one.coach);
    const why = UNHEARD[one.unheard];
    marks.push(why !== undefined ? t("coached_idle", { who, why: t(why) }) : t(`coached_${one.mode}`, { who }));
  }
  return marks;
}

export class CoachPart {
  constructor(acts, board) {
    this.acts = acts;
    this.board = board;
    this.agent = null;
    const { t } = acts;
    this.coach = h("select", { id: "act-coach", onchange: () => this.choose() });
    const button = (key, run) => h("button", { type: "button", id: `act-${key}`, onclick: run }, t(`do_${key}`));
    this.modes = new Map(MODES.map((mode) => [mode, button(mode, () => this.set(mode))]));
    this.follow = button("follow", () => this.set("monitor"));
    this.takeOver = button("take_over", () => this.send("/take-over"));
    this.leave = button("leave", () => this.send("", undefined, "DELETE"));
    this.buttons = h("p", { class: "buttons" });
    this.elsewhere = h("p", { class: "hint" });
    this.form = h("form", { class: "coaching", onsubmit: (event) => event.preventDefault() },
      h("fieldset", {}, h("legend", {}, t("coaching")),
        h("label", { for: "act-coach" }, t("coach")), this.coach, this.buttons, this.elsewhere,
        h("p", { class: "hint" }, t("coach_hint"))));
  }

  // The form for an agent; none where nobody whom the reader sees may coach them.
  formOf(agent) {
    const coaches = agent.coaches ?? [];
    this.agent = agent;
    if (coaches.length === 0) return [];
    const now = [...this.board.coachings.values()].find((one) => one.agent === agent.agent)?.coach;
    const chosen = [this.coach.value, now, sessionStorage.getItem(KEPT)].find((one) => coaches.includes(one));
    this.coach.replaceChildren(...coaches.map((one) => h("option", { value: one }, nameOf(this.board, one))));
    this.coach.value = chosen ?? coaches[0];
    this.draw(agent);
    return [this.form];
  }

  choose() {
    sessionStorage.setItem(KEPT, this.coach.value);
    this.draw(this.agent);
  }

  draw(agent) {
    this.agent = agent;
    const known = [...this.board.coachings.values()].find((one) => one.coach === this.coach.value);
    const isHere = known?.agent === agent.agent;
    const talks = agent.state === "on_call";
    this.form.hidden = agent.state === "offline" && !isHere;
    const had = this.buttons.contains(document.activeElement);
    setChildren(this.buttons, known !== undefined && !isHere ? [this.leave] : [
      ...(talks || isHere ? this.modes.values() : [this.follow]),
      ...(isHere && talks && known.unheard === "" ? [this.takeOver] : []),
      ...(isHere ? [this.leave] : []),
    ]);
    if (had && !this.buttons.contains(document.activeElement)) this.coach.focus();
    for (const [mode, button] of this.modes) setAttribute(button, "aria-pressed", String(isHere && known.mode === mode));
    setText(this.elsewhere, known === undefined || isHere ? "" : this.acts.t("coach_elsewhere", {
      coach: nameOf(this.board, known.coach), agent: nameOf(this.board, known.agent),
    }));
  }

  set(mode) {
    sessionStorage.setItem(KEPT, this.coach.value);
    this.send("", { agent: this.agent.agent, mode }, "PUT");
  }

  send(act, body = undefined, method = "POST") {
    const path = `agents/${encodeURIComponent(this.coach.value)}/coaching${act}`;
    this.acts.send(path, body, { method, stays: true });
  }
}
