// What the feed does not tell, asked for now and then: key figures, and who serves which queue.

const EVERY = 10_000; // milliseconds
const FIGURES = "SL,ASA v1,answered,abandoned";
const PAGE = 200;

export class Figures {
  constructor(api, onNews) {
    this.api = api;
    this.onNews = onNews;
    this.known = new Map(); // by queue: Map of figures by name
  }

  of(queue, name) {
    return this.known.get(queue)?.get(name);
  }

  begin() {
    this.read();
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.read(); });
  }

  async read() {
    try {
      const { lines } = await this.api.get("kpis", { by: "queue", figures: FIGURES });
      this.known = new Map(lines.map(({ labels, figures }) =>
        [labels.queue, new Map(figures.map((one) => [one.name, one]))]));
    } catch {
      this.known = new Map(); // none is better than old ones
    }
    this.onNews();
  }
}

// Gives each agent of the board `serves`: the queues whose calls they may get, and `coaches`: who
// may coach them.
export async function readStaff(api, board) {
  let after = null;
  do {
    const page = await api.get("staffing", { limit: PAGE, after });
    for (const { agent, queues, coaches } of page.agents) {
      const known = board.agents.get(agent);
      if (known !== undefined) Object.assign(known, { serves: queues, coaches });
    }
    after = page.next;
  } while (after !== null);
}
