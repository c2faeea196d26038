// An agent's state at a glance, the same on every page; a word stands beside it.

export const STATE_SYMBOLS = {
  offline: "○", available: "●", not_ready: "‖", offered: "◔", on_call: "☎", wrap_up: "✎",
};
