// What an agent has typed of calls and not saved: kept in memory, and for this tab, until saved.
//
//   const drafts = new Drafts("amira", sessionStorage);
//   const draft = drafts.of(debrief);       // { debrief, said: {…}, values: {…}, isDirty }
//   drafts.touch(draft);                    // typed into: kept
//   drafts.settle(draft);                   // saved: forgotten when the next call comes

const KEPT = "ccengine.drafts";
const MOST = 6;

export class Drafts {
  constructor(agent, storage) {
    this.agent = agent;
    this.storage = storage;
    this.drafts = new Map(this.read().map((one) => [one.debrief.call, one]));
  }

  // The draft of a call's debrief, begun with what is known of it already.
  of(debrief) {
    let draft = this.drafts.get(debrief.call);
    if (draft === undefined) {
      this.forgetSaved();
      draft = { debrief, said: {}, values: {}, isDirty: false };
      this.drafts.set(debrief.call, draft);
    }
    draft.debrief = debrief;
    if (!draft.isDirty) {
      draft.said = {
        disposition: debrief.disposition,
        contact_reason: debrief.contact_reason,
        resolved: debrief.resolved,
      };
    }
    return draft;
  }

  touch(draft) {
    draft.isDirty = true;
    this.write();
  }

  settle(draft) {
    draft.isDirty = false;
    this.write();
  }

  drop(draft) {
    this.drafts.delete(draft.debrief.call);
    this.write();
  }

  forgetSaved() {
    for (const [call, one] of this.drafts) if (!one.isDirty) this.drafts.delete(call);
  }

  // Those of other calls than this one that were typed into and not saved.
  unsaved(call) {
    return [...this.drafts.values()].filter((one) => one.isDirty && one.debrief.call !== call);
  }

  clear() {
    this.drafts.clear();
    this.storage.removeItem(KEPT);
  }

  read() {
    try {
      const kept = JSON.parse(this.storage.getItem(KEPT) ?? "{}");
      return kept.agent === this.agent ? kept.drafts : [];
    } catch {
      return [];
    }
  }

  write() {
    const kept = [...this.drafts.values()].filter((one) => one.isDirty).slice(-MOST);
    if (kept.length === 0) this.storage.removeItem(KEPT);
    else this.storage.setItem(KEPT, JSON.stringify({ agent: this.agent, drafts: kept }));
  }
}
