"""The table of compare-step.sh, from lines of `side TAB json` in a file."""

import json
import statistics
import sys
from collections import defaultdict

SIDES = ("evomoe", "pytorch")
HEADINGS = ("gate", "precision", "evomoe tokens/s", "pytorch tokens/s", "ratio", "spread")


def median(runs, field):
    return statistics.median(run[field] for run in runs)


def spread(runs):
    """Largest over smallest tokens/s of the rounds of one side."""
    speeds = [run["tokens_per_s"] for run in runs]
    return max(speeds) / min(speeds)


def warn_of_unlike_work(gate, ours, theirs):
    for field in ("params", "active_experts"):
        a, b = median(ours, field), median(theirs, field)
        if abs(a - b) > 0.02 * max(a, b):
            print(f"warning: {gate}: {field} differ: evomoe {a:g}, pytorch {b:g}", file=sys.stderr)


def main():
    runs = defaultdict(list)
    with open(sys.argv[1]) as lines:
        for line in lines:
            side, text = line.split("\t", 1)
            run = json.loads(text)
            runs[run["gate"], run["precision"], side].append(run)
    print("{:8} {:9} {:>16} {:>16} {:>6} {:>11}".format(*HEADINGS))
    for gate, precision, side in list(runs):
        if side == "evomoe":
            row(gate, precision, runs[gate, precision, side], best(runs, gate))
    for (gate, _, side), slow in list(runs.items()):
        if side == "samediff":
            print(f"SameDiff, {gate}: {median(slow, 'tokens_per_s'):.0f} tokens/s")


def best(runs, gate):
    """PyTorch's runs of a gate in the precision that is faster there."""
    sides = [found for (g, _, side), found in runs.items() if g == gate and side == "pytorch"]
    return max(sides, key=lambda found: median(found, "tokens_per_s"))


def row(gate, precision, ours, theirs):
    warn_of_unlike_work(gate, ours, theirs)
    a, b = median(ours, "tokens_per_s"), median(theirs, "tokens_per_s")
    spreads = f"{spread(ours):.2f}/{spread(theirs):.2f}"
    print(f"{gate:8} {precision:9} {a:16.0f} {b:16.0f} {a / b:6.2f} {spreads:>11}")


if __name__ == "__main__":
    main()
