// Who is at the other end of a call, for the reader.

export const WITHHELD = "withheld"; // the engine's word for a number that was not given

const DIALLED = new Set(["outbound", "internal", "consult"]); // by an agent: nobody called

// `call` needs `caller`, and `kind` and `number` if an agent may have dialled it.
export function callerOf({ caller, kind, number }, t) {
  if (caller && caller !== WITHHELD) return caller;
  return (DIALLED.has(kind) && number) || t("withheld");
}
