"""Pacing laws on one model of a floor: `python -m tests.benchmarks.pacing_bench --help`.

The model is that of the pacing research the law came from: live answers by a chance that swings
by a fifth or jumps, 1-3 s of setup, gamma ring times cut at 20 s, lognormal talk and wrap-up,
unannounced pauses, lunch; chance in seeded streams that all laws meet in the same order.
The law's constants were tuned on seeds 100 and up; it is judged on seeds 0 to 9.
What the research leaves open: machines end at the ring timeout (so its progressive rows come out).
"""

from __future__ import annotations

import argparse
import json
import sys

from ccengine.simulator.dialing.floor import Site
from tests.benchmarks.pacing.draws import SCENARIOS
from tests.benchmarks.pacing.report import NAMES, Entry, run, table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--policies", nargs="+", choices=NAMES, default=["look-ahead"])
    parser.add_argument("--limits", type=float, nargs="+", default=[0.03, 0.01])
    parser.add_argument("--seeds", type=int, default=2, help="how many days")
    parser.add_argument("--first-seed", type=int, default=0, help="100 and up for tuning")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--ticks", action="store_true", help="decide each second, not at events")
    parser.add_argument("--scores", action="store_true", help="the law sees scores of AUC 0.70")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run what the command line asks for and print it."""
    asked = _arguments()
    outcomes = []
    for agents in asked.sites:
        site = Site(agents, asked.hours, not asked.ticks, asked.scores)
        for name in asked.policies:
            limited = name.startswith(("look-ahead", "adaptive"))
            for limit in asked.limits if limited else asked.limits[:1]:
                for scenario in asked.scenarios:
                    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
                    outcomes.append(run(site, scenario, Entry(name, limit, asked.scores), seeds))
    if asked.json:
        json.dump([outcome.plain() for outcome in outcomes], sys.stdout, indent=1)
    else:
        sys.stdout.write(table(outcomes))


if __name__ == "__main__":
    main()
