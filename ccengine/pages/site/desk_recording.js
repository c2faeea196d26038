// The recording of the call at the desk: how it is, and what its rules let the agent do about it.

import { h } from "./dom.js";

const KEYS = { begin: "record", pause: "pause_recording", resume: "resume_recording", end: "end_recording" };
const LIMITED = new Set(["agent", "api"]); // pauses that end by themselves

export class RecordingPart {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    this.buttons = Object.fromEntries(Object.entries(KEYS).map(([act, key]) => [act, h("button", {
      type: "button", id: `${act}-recording`, onclick: () => this.act(act),
    }, words.t(key))]));
  }

  act(act) {
    const { call } = this.state;
    if (call) this.state.change(`calls/${call.call}/recording`, { act });
  }

  // The buttons of what can be done now.
  shown(call) {
    return (call?.recording?.acts ?? []).map((act) => this.buttons[act]);
  }

  // Empty: there is no talk to be recorded.
  text(call) {
    const { t } = this.words;
    const recording = call?.state === "talking" ? call.recording : undefined;
    if (recording === undefined) return "";
    if (recording.lost) return `⚠ ${t("recording_lost")}`;
    if (recording.pause !== null) return `‖ ${this.pauseText(recording.pause)}`;
    if (recording.goes_on) return `● ${t("recorded")}`;
    return `○ ${t(call.unwanted_recording ? "not_recorded" : "no_recording")}`;
  }

  pauseText({ reason, by, since, until }) {
    const { words } = this;
    const at = (moment) => words.time(Date.parse(moment));
    const why = words.t(`pause_${reason}`, { who: by });
    const parts = [words.t("recording_paused", { time: at(since), why })];
    if (LIMITED.has(reason)) parts.push(words.t("records_again", { time: at(until) }));
    return parts.join(", ");
  }
}
