// What is shown, kept in the address behind "#": a link shows others the same.
//
//   #client=nour&queue=nour/billing&team=desk&offline&screen

import { clientOf } from "./wall_view.js";

const NAMES = ["client", "queue", "team"];

export class Filter {
  constructor(hash = location.hash) {
    const said = new URLSearchParams(hash.replace(/^#/, ""));
    for (const name of NAMES) this[name] = said.get(name) ?? "";
    this.offline = said.has("offline");
    this.screen = said.has("screen");
  }

  get hash() {
    const parts = NAMES.filter((name) => this[name] !== "").map(
      (name) => `${name}=${encodeURIComponent(this[name]).replaceAll("%2F", "/")}`,
    );
    if (this.offline) parts.push("offline");
    if (this.screen) parts.push("screen");
    return `#${parts.join("&")}`;
  }

  // Another filter with some things otherwise.
  but(changes) {
    return Object.assign(new Filter(this.hash), changes);
  }

  // The one client whose things are shown; empty: of all.
  get clientShown() {
    return this.queue !== "" ? clientOf(this.queue) : this.client;
  }

  takesQueue(queue) {
    if (this.queue !== "") return queue === this.queue;
    return this.client === "" || clientOf(queue) === this.client;
  }

  takesCall(call) {
    if (this.queue !== "" && call.queue !== this.queue) return false;
    return this.client === "" || call.client === this.client;
  }

  takesAgent(agent) {
    if (agent.state === "offline" && !this.offline) return false;
    if (this.team !== "" && agent.team !== this.team) return false;
    if (this.client === "" && this.queue === "") return true;
    return agent.serves === null || agent.serves.some((queue) => this.takesQueue(queue));
  }
}
