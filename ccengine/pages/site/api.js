// Asks the engine, and changes things; what it refuses becomes a Problem with its remedy.

const BASE = new URL("../", import.meta.url); // also behind a proxy that has the engine in a folder
const SECONDS = 15;
const SOUND_SECONDS = 300; // an hour of sound over a slow line
const UNREACHABLE = 0;

export class Problem extends Error {
  constructor({ status, title = "", detail = "", remedy = "", errors = [] }) {
    super(title);
    this.status = status; // 0: no answer at all
    this.title = title;
    this.detail = detail;
    this.remedy = remedy;
    this.errors = errors; // of fields: { field, problem, remedy }
  }

  get isUnreachable() {
    return this.status === UNREACHABLE;
  }

  // All that helps, in the engine's words.
  get lines() {
    const fields = this.errors.map((one) => `${one.field}: ${one.problem}. ${one.remedy}`);
    return [this.title, this.detail, ...fields, this.remedy].filter((line) => line !== "");
  }

  // What is said where somebody wanted something changed: that is not tried again by itself.
  textOfChange(t) {
    return this.isUnreachable ? t("unreachable_now") : this.lines.join("\n");
  }
}

export function addressOf(path, protocol = BASE.protocol) {
  const address = new URL(path.replace(/^\//, ""), BASE);
  address.protocol = protocol;
  return address;
}

// Random, unlike crypto.randomUUID also on pages that came without TLS.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Api {
  // `onSignedOut` is called when the token does not hold any more.
  constructor(token, onSignedOut = () => {}) {
    this.token = token;
    this.onSignedOut = onSignedOut;
  }

  get(path, query = {}) {
    const address = addressOf(path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) address.searchParams.set(name, value);
    }
    return this.send("GET", address);
  }

  // A change is sent once more if no answer came: by its key the engine knows it, and does it once.
  async change(path, body = undefined, method = "POST") {
    const headers = { "Idempotency-Key": newKey() };
    const sent = { headers };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      sent.body = JSON.stringify(body);
    }
    try {
      return await this.send(method, addressOf(path), sent);
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.isUnreachable) throw problem;
      return this.send(method, addressOf(path), sent);
    }
  }

  // A sound as a whole; the token is in the header, where no log and no history has it.
  async sound(path) {
    let response;
    try {
      response = await fetch(addressOf(path), {
        headers: { Authorization: `Bearer ${this.token}` }, cache: "no-store", credentials: "omit",
        signal: AbortSignal.timeout(SOUND_SECONDS * 1000),
      });
      if (response.ok) return await response.blob();
    } catch {
      throw new Problem({ status: UNREACHABLE });
    }
    if (response.status === 401) this.onSignedOut();
    throw problemOf(response, await response.text());
  }

  async send(method, address, { headers = {}, body = undefined } = {}) {
    const all = { ...headers };
    if (this.token !== null) all.Authorization = `Bearer ${this.token}`;
    let response;
    let answer;
    try {
      response = await fetch(address, {
        method, headers: all, body, cache: "no-store", credentials: "omit",
        signal: AbortSignal.timeout(SECONDS * 1000),
      });
      answer = await response.text();
    } catch {
      throw new Problem({ status: UNREACHABLE });
    }
    if (response.status === 401) this.onSignedOut();
    if (!response.ok) throw problemOf(response, answer);
    return answer === "" ? null : JSON.parse(answer);
  }
}

function problemOf(response, answer) {
  try {
    return new Problem({ ...JSON.parse(answer), status: response.status });
  } catch {
    return new Problem({ status: response.status, title: `HTTP ${response.status}` });
  }
}
