// A recording as a picture that is heard: the caller above, the agent below, and what goes on
// behind them. The sound comes by the token, as a whole, and never by an address that has one; it is
// asked for when somebody plays it, as each time it is sent is noted as heard.

import { h, setAttribute, setText } from "./dom.js";

const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;
const WIDTH = 1_200;
const HALF = 100;
const LOUDEST = 255;
const STEP = 5; // seconds, by an arrow key
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
export const SPANS = ["caller", "agent", "cross_talk", "silence", "hold", "pause"];
const NOTABLE = new Set(["cross_talk", "silence", "hold", "pause"]);

function s(name, properties = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) setAttribute(element, key, value);
  element.append(...children);
  return element;
}

// Two hexadecimal digits for each tenth of a second, as so many columns as there is room for.
export function columnsOf(peaks, most = WIDTH) {
  const values = (peaks.match(/../g) ?? []).map((two) => Number.parseInt(two, 16));
  const count = Math.min(most, values.length);
  return Array.from({ length: count }, (_, column) => {
    const first = Math.floor((column * values.length) / count);
    const end = Math.max(first + 1, Math.floor(((column + 1) * values.length) / count));
    return Math.max(...values.slice(first, end));
  });
}

function outline(peaks, middle, direction) {
  const columns = columnsOf(peaks);
  if (columns.length === 0) return "";
  const wide = WIDTH / columns.length;
  const points = columns.flatMap((value, column) => {
    const y = middle + direction * (1 + (value / LOUDEST) * (HALF - 4));
    return [`${(column * wide).toFixed(1)},${y.toFixed(1)}`, `${((column + 1) * wide).toFixed(1)},${y.toFixed(1)}`];
  });
  return `M0,${middle} L${points.join(" L")} L${WIDTH},${middle} Z`;
}

export class Player {
  // `path`: of what has `/picture` and `/recording` behind it; no picture: sound alone.
  constructor(api, words, path, { pictures = true } = {}) {
    this.api = api;
    this.words = words;
    this.path = path;
    this.pictures = pictures;
    this.spans = [];
    this.seconds = 0;
    this.address = null;
    const { t } = words;
    this.audio = h("audio", { preload: "auto" });
    this.play = h("button", { type: "button", class: "main play", disabled: true, onclick: () => this.toggle() }, t("play"));
    this.time = h("span", { class: "time", dir: "ltr" });
    this.speed = h("select", { "aria-label": t("speed"), onchange: () => this.setSpeed() },
      SPEEDS.map((one) => h("option", { value: one, selected: one === 1 }, `${words.number(one)}×`)));
    this.said = h("p", { class: "failure", role: "alert" });
    this.place = s("line", { class: "place", x1: 0, x2: 0, y1: 0, y2: 2 * HALF });
    this.svg = s("svg", { viewBox: `0 0 ${WIDTH} ${2 * HALF}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    this.wave = h("div", {
      class: "wave", role: "slider", tabindex: 0, "aria-label": t("place_in_sound"), "aria-valuemin": 0,
      onkeydown: (event) => this.press(event), onpointerdown: (event) => this.point(event),
    }, h("div", { class: "names", "aria-hidden": "true" }, h("span", {}, t("span_caller")), h("span", {}, t("span_agent"))));
    this.wave.prepend(this.svg);
    this.legend = h("ul", { class: "legend" }, SPANS.map((span) =>
      h("li", { "data-span": span }, h("i", { "aria-hidden": "true" }), t(`span_${span}`), " ", h("bdi", {}))));
    this.element = h("section", { class: "panel sound", "aria-label": t("recording") },
      this.wave, this.legend,
      h("div", { class: "controls" }, this.play, this.time, this.speed, h("span", { class: "quiet" }, t("player_keys"))),
      this.said, this.audio);
    for (const event of ["timeupdate", "play", "pause", "ended", "loadedmetadata"]) {
      this.audio.addEventListener(event, () => this.show());
    }
  }

  async open() {
    this.wave.hidden = true;
    this.legend.hidden = true;
    if (this.pictures) await this.draw();
    this.play.disabled = false;
    this.show();
  }

  async load() {
    const now = this.audio.currentTime;
    this.play.disabled = true;
    setText(this.said, "");
    try {
      const blob = await this.api.sound(`${this.path}/recording`);
      if (this.closed) return;
      this.address = URL.createObjectURL(blob);
      this.audio.src = this.address;
      this.audio.currentTime = now;
      this.setSpeed();
    } catch (problem) {
      setText(this.said, problem.lines?.join("\n") ?? String(problem));
    }
    this.play.disabled = false;
  }

  close() {
    this.closed = true;
    this.audio.pause();
    this.audio.removeAttribute("src");
    if (this.address !== null) URL.revokeObjectURL(this.address);
  }

  async draw() {
    let picture;
    try {
      picture = await this.api.get(`${this.path}/picture`);
    } catch {
      return; // the sound says more; nobody has looked at it yet
    }
    this.seconds = picture.seconds;
    this.spans = picture.spans.map(([kind, start, end]) => ({ kind, start: start / 100, end: end / 100 }));
    const scale = WIDTH / Math.max(this.seconds, 0.01);
    this.svg.replaceChildren(
      ...this.spans.map(({ kind, start, end }) => s("rect", {
        "data-span": kind, x: start * scale, width: (end - start) * scale, ...rowOf(kind),
      }, s("title", {}, this.textOf({ kind, start, end })))),
      s("path", { class: "side", d: outline(picture.caller, HALF, -1) }),
      s("path", { class: "side", d: outline(picture.agent, HALF, 1) }),
      s("line", { class: "middle", x1: 0, x2: WIDTH, y1: HALF, y2: HALF }),
      this.place,
    );
    for (const item of this.legend.children) setText(item.querySelector("bdi"), this.shareOf(item.dataset.span));
    this.wave.hidden = false;
    this.legend.hidden = false;
  }

  shareOf(kind) {
    const spent = this.spans.filter((one) => one.kind === kind).reduce((sum, { start, end }) => sum + end - start, 0);
    return this.seconds > 0 ? this.words.percent(spent / this.seconds) : "";
  }

  textOf({ kind, start, end }) {
    const { t, duration } = this.words;
    return `${t(`span_${kind}`)} ${duration.call(this.words, start)}–${duration.call(this.words, end)}`;
  }

  get length() {
    return this.seconds || (Number.isFinite(this.audio.duration) ? this.audio.duration : 0);
  }

  async toggle() {
    if (this.play.disabled) return;
    if (this.address === null) await this.load();
    if (this.address === null || this.closed) return;
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  setSpeed() {
    this.audio.playbackRate = Number(this.speed.value);
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(seconds, 0), this.length);
    this.show();
  }

  // The next thing worth hearing, or the one before.
  jump(direction) {
    const now = this.audio.currentTime;
    const starts = this.spans.filter(({ kind }) => NOTABLE.has(kind)).map(({ start }) => start);
    const found = direction > 0 ? starts.find((start) => start > now + 0.05) : starts.findLast((start) => start < now - 0.05);
    if (found !== undefined) this.seek(found);
  }

  press(event) {
    const now = this.audio.currentTime;
    const keys = {
      ArrowRight: () => this.seek(now + STEP), ArrowLeft: () => this.seek(now - STEP),
      ArrowUp: () => this.seek(now + STEP), ArrowDown: () => this.seek(now - STEP),
      Home: () => this.seek(0), End: () => this.seek(this.length),
      PageDown: () => this.jump(1), PageUp: () => this.jump(-1), " ": () => this.toggle(),
    };
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }

  point(event) {
    const box = this.wave.getBoundingClientRect();
    this.seek(((event.clientX - box.x) / box.width) * this.length);
  }

  show() {
    const { words } = this;
    const now = this.audio.currentTime;
    const at = this.spans.find(({ start, end }) => start <= now && now < end) ?? this.spans.at(-1);
    const text = `${words.duration(now)} / ${words.duration(this.length)}`;
    setText(this.time, text);
    setText(this.play, words.t(this.audio.paused ? "play" : "stop"));
    const x = this.length > 0 ? (now / this.length) * WIDTH : 0;
    setAttribute(this.place, "x1", x);
    setAttribute(this.place, "x2", x);
    setAttribute(this.wave, "aria-valuemax", Math.round(this.length));
    setAttribute(this.wave, "aria-valuenow", Math.round(now));
    setAttribute(this.wave, "aria-valuetext", at === undefined ? text : `${text}, ${words.t(`span_${at.kind}`)}`);
  }
}

// Who talks alone fills their own half; what is neither's fills both.
function rowOf(kind) {
  if (kind === "caller") return { y: 0, height: HALF };
  if (kind === "agent") return { y: HALF, height: HALF };
  return { y: 0, height: 2 * HALF };
}
