// The agents' desk: signs in, listens to the feed, and draws what `desk_state.js` knows.

import { Closures } from "./closures.js";
import { Bar, Queues, shortName } from "./desk_bar.js";
import { CallPanel } from "./desk_call.js";
import { OutcomeForm } from "./desk_form.js";
import { LeadPanel } from "./desk_lead.js";
import { Shortcuts } from "./desk_keys.js";
import { PromiseBox } from "./desk_promise.js";
import { CallbacksPart, DayPart, HistoryPart, RecentPart, ScriptPart, Voice } from "./desk_side.js";
import { askForPin } from "./desk_sign_in.js";
import { ScoresPart, TrainingPart } from "./desk_quality.js";
import { DeskState } from "./desk_state.js";
import { h, setText } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Feed } from "./feed.js";
import { bannerText, languagePicker, liveText } from "./page_top.js";
import { enter, signOut } from "./sign_in.js";
import { Words } from "./words.js";
import { DESK } from "./words_desk.js";
import { QUALITY } from "./words_quality.js";
import { SHARED } from "./words_shared.js";

const TICK = 500; // milliseconds
const RINGS_OR_TALKS = new Set(["offered", "on_call"]);

const words = new Words(SHARED, QUALITY, DESK);
const { t } = words;
words.apply(t("desk"));
setText(document.getElementById("skip"), t("skip"));

const content = document.getElementById("content");
const top = document.getElementById("top");
top.append(languagePicker(words));

const { api, me } = await enter(content, words, ["agent"], askForPin);
const feed = new Feed(api.token);
const state = new DeskState(api, me.agent, feed);
const drafts = new Drafts(me.agent, sessionStorage);
const bar = new Bar(state, words);
const queues = new Queues(state, words);
const call = new CallPanel(state, words);
const outcome = new OutcomeForm(state, words, drafts);
const sides = {
  script: new ScriptPart(words),
  history: new HistoryPart(words),
  callbacks: new CallbacksPart(words),
  day: new DayPart(words),
  recent: new RecentPart(words),
  training: new TrainingPart(api, words),
};
const scores = new ScoresPart(api, words);
const voice = new Voice();
const lead = new LeadPanel(state, words, voice);
const promise = new PromiseBox(state, words);
const banner = h("p", { class: "banner", role: "status" });
const closures = new Closures(words);
const failure = h("p", { class: "banner refused", role: "alert" });
const live = h("span", { class: "live", role: "status" });
const keys = new Shortcuts({
  F2: { what: "key_ready", run: () => bar.toggleReady() },
  F4: { what: "key_hold", run: () => call.toggleHold() },
  F8: { what: "key_form", run: () => outcome.focus() },
  F9: { what: "key_wrap_up", run: () => endWrapUp() },
}, words);

let announced = null; // the call that was said aloud

build();
state.addEventListener("now", draw);
state.addEventListener("problem", (event) => refuse(event.detail));
feed.addEventListener("status", connection);
setInterval(tick, TICK);
state.open();
scores.begin();
draw();

function build() {
  top.prepend(h("strong", { class: "brand" }, t("desk")), live);
  const notify = notifyButton();
  const list = h("button", { type: "button", id: "show-shortcuts", "aria-label": t("shortcuts"), onclick: () => keys.show() }, "?");
  const leave = h("button", { type: "button", id: "sign-out", onclick: leaveDesk }, t("sign_out"));
  top.append(...(notify === null ? [] : [notify]), list, leave);
  content.replaceChildren(banner, closures.element, failure, voice.loud, voice.soft, bar.element,
    h("div", { class: "desk" },
      h("div", { class: "column first" }, lead.element, call.element, outcome.element, promise.element),
      h("div", { class: "column" }, sides.script.element, sides.history.element),
      h("div", { class: "column" }, queues.element, sides.callbacks.element, sides.day.element, sides.recent.element, scores.element, sides.training.element)),
    keys.dialog);
}

function draw() {
  closures.show(feed.board);
  bar.draw();
  queues.draw();
  call.draw();
  lead.draw();
  promise.draw();
  outcome.draw();
  for (const side of Object.values(sides)) side.draw(state);
  title();
  if (RINGS_OR_TALKS.has(state.state)) announce();
  else forgetCall();
  voice.say(`${t(`state_${state.state}`)} ${state.agent?.cause ?? ""}`.trim());
}

function tick() {
  bar.tick();
  call.tick();
  lead.tick();
  promise.tick();
  connection();
}

// Where no one looks at the page, its title does, and a notification if the user wants them.
function title() {
  const shown = state.state === "offered" ? state.call : null;
  const name = shown?.client_name ?? shown?.client ?? "";
  const text = shown === null ? `${t("desk")} · ${t(`state_${state.state}`)}` : `☎ ${name}`;
  if (document.title !== text) document.title = text;
}

// Once for each call, as soon as anything is known of it.
function announce() {
  const shown = state.call;
  if (shown === null || shown.call === announced) return;
  announced = shown.call;
  const text = t("offer_of", {
    kind: t(`kind_${shown.kind}`), client: shown.client_name ?? shown.client, queue: shortName(shown.queue),
  });
  voice.shout(text);
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    const shownOutside = new Notification(t("desk"), { body: text, tag: shown.call });
    shownOutside.onclick = () => window.focus();
  }
}

// The same call may be offered again, and is then said again.
function forgetCall() {
  announced = null;
  if (lead.preview === null) voice.hush(); // else a lead was said
}

function refuse(problem) {
  setText(failure, problem === null ? "" : problem.textOfChange(t));
}

function connection() {
  if (feed.status === "refused") signOut("token_wrong");
  setText(live, liveText(feed, words));
  setText(banner, bannerText(feed, words));
}

function endWrapUp() {
  if (state.state === "wrap_up") state.act("wrap-up/end");
}

async function leaveDesk() {
  drafts.clear();
  try {
    await api.change("sign-out");
  } catch {
    // an administrator's token cannot be, and a token of an engine that is away ends by itself
  }
  signOut();
}

function notifyButton() {
  if (!("Notification" in window) || Notification.permission !== "default") return null;
  const button = h("button", { type: "button", id: "notify" }, t("notify"));
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.remove();
  });
  return button;
}
