// Keeps the live feed: connects, folds, and comes again by itself where it was, without a gap.
//
//   const feed = new Feed(token);
//   feed.addEventListener("change", (event) => event.detail);   // { changed, message }
//   feed.addEventListener("status", () => feed.status);         // "connecting", "connected", …
//   feed.open();

import { addressOf } from "./api.js";
import { emptyBoard, fold } from "./fold.js";

const PATH = "feed";
const PROTOCOL = "ccengine.v1";
const SCHEMA = 1;
const TOKEN_WRONG = 4401;
const FOREVER = new Set([4400, 4401, 4403]); // no use to come again with the same words
const FIRST_PAUSE = 500; // milliseconds; doubles
const LONGEST_PAUSE = 8_000;
const BEGIN_WITHIN = 10_000;
const QUIET = 20_000; // so long without a message, it is asked whether the engine is there at all
const PATIENCE = 6_000;

export class Feed extends EventTarget {
  constructor(token) {
    super();
    this.token = token;
    this.board = emptyBoard();
    this.status = "closed"; // closed, connecting, connected; refused: sign in; stopped: for good
    this.statusSince = Date.now();
    this.reason = ""; // the engine's words
    this.ahead = 0; // by so many milliseconds the engine's clock is ahead of this one
    this.hasClock = false;
    this.socket = null;
    this.pause = FIRST_PAUSE;
    this.timer = null;
    this.heard = 0;
  }

  // The engine's time, in milliseconds.
  now() {
    return Date.now() + this.ahead;
  }

  open() {
    this.reconnect = () => this.comeAgain(0);
    window.addEventListener("online", this.reconnect);
    this.watch = setInterval(() => this.checkSilence(), PATIENCE);
    this.connect();
  }

  close() {
    window.removeEventListener("online", this.reconnect);
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.drop();
    this.say("closed");
  }

  connect() {
    this.drop();
    clearTimeout(this.timer);
    if (this.status === "closed") this.say("connecting");
    const address = addressOf(PATH, location.protocol === "https:" ? "wss:" : "ws:");
    const socket = new WebSocket(address, [PROTOCOL]);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.subscription()));
    socket.onmessage = (event) => {
      if (socket === this.socket) this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.ended(event.code, event.reason);
    };
    this.timer = setTimeout(() => this.ended(0, ""), BEGIN_WITHIN); // no greeting: give up on it
  }

  subscription() {
    const wanted = { type: "subscribe", token: this.token };
    if (this.board.seq !== null && !this.board.planChanged) {
      wanted.after = this.board.seq;
      wanted.stream = this.board.stream;
    }
    return wanted;
  }

  take(message) {
    this.heard = Date.now();
    if (message.type === "hello") {
      clearTimeout(this.timer);
      if (message.schema !== SCHEMA) {
        this.stop("stopped", `schema ${message.schema}`);
        return;
      }
    }
    const changed = fold(this.board, message);
    this.setClock(message.type);
    if (message.type === "hello" && !message.resumed) return; // a snapshot comes
    if (this.status !== "connected") {
      this.pause = FIRST_PAUSE;
      this.say("connected");
    }
    this.dispatchEvent(new CustomEvent("change", { detail: { changed, message } }));
    if (this.board.planChanged) this.comeAgain(Math.random() * FIRST_PAUSE); // for new names
  }

  // A message is never older than its time says, so the largest difference is the nearest.
  setClock(type) {
    if (type === "hello" || this.board.at === null) return;
    const ahead = this.board.at - Date.now();
    const isFirst = type === "snapshot" && Math.abs(ahead - this.ahead) > 5_000;
    if (!this.hasClock || isFirst || ahead > this.ahead) this.ahead = ahead;
    this.hasClock = true;
  }

  ended(code, reason) {
    this.drop();
    if (FOREVER.has(code)) {
      this.stop(code === TOKEN_WRONG ? "refused" : "stopped", reason);
    } else {
      this.say("connecting", reason);
      this.comeAgain(this.pause * (0.5 + Math.random() / 2)); // not all at the same moment
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    }
  }

  stop(status, reason) {
    this.close();
    this.say(status, reason);
  }

  comeAgain(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), pause);
  }

  // A cable that was pulled tells nobody; and the feed is quiet at night.
  async checkSilence() {
    if (this.status !== "connected" || Date.now() - this.heard < QUIET) return;
    this.heard = Date.now();
    const socket = this.socket;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      await fetch(addressOf("healthz"), { signal, cache: "no-store", credentials: "omit" });
    } catch {
      if (socket === this.socket) this.ended(0, "");
    }
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    if (socket !== null) socket.close();
  }

  say(status, reason = "") {
    if (status !== this.status) this.statusSince = Date.now();
    this.status = status;
    this.reason = reason;
    this.dispatchEvent(new Event("status"));
  }
}
