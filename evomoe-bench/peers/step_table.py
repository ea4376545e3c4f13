"""The table of compare-step.sh, from lines of `side TAB json` in a file."""

import json
import statistics
import sys
from collections import defaultdict

PEERS = ("pytorch", "libtorch")
HEADINGS = ("gate", "side", "precision", "ms", "tokens/s", "to the best peer", "spread")


def median(runs, field):
    return statistics.median(run[field] for run in runs)


def speed(runs):
    return median(runs, "tokens_per_s")


def spread(runs):
    """Largest over smallest tokens/s of the rounds of one side."""
    speeds = [run["tokens_per_s"] for run in runs]
    return max(speeds) / min(speeds)


def warn_of_unlike_work(gate, name, ours, theirs):
    for field in ("params", "active_experts"):
        a, b = median(ours, field), median(theirs, field)
        if abs(a - b) > 0.02 * max(a, b):
            print(f"warning: {gate}: {field} differ: evomoe {a:g}, {name} {b:g}", file=sys.stderr)


def best_peer(runs, gate):
    """Name and runs of the fastest peer of a gate, in the faster of its precisions."""
    found = [(key[1], of) for key, of in runs.items() if key[0] == gate and key[1] in PEERS]
    return max(found, key=lambda named: speed(named[1]))


def main():
    runs = defaultdict(list)
    with open(sys.argv[1]) as lines:
        for line in lines:
            side, text = line.split("\t", 1)
            run = json.loads(text)
            if side == "samediff":
                print(f"SameDiff, {run['gate']}: {run['tokens_per_s']:.0f} tokens/s")
            else:
                runs[run["gate"], side, run["precision"]].append(run)
    print("{:8} {:9} {:9} {:>8} {:>9} {:>16} {:>6}".format(*HEADINGS))
    for (gate, side, precision), of in runs.items():
        name, best = best_peer(runs, gate)
        if side == "evomoe":
            warn_of_unlike_work(gate, name, of, best)
        ratio = f"{speed(of) / speed(best):.2f}"
        milliseconds = f"{median(of, 'ms_per_step'):.1f}"
        print(
            f"{gate:8} {side:9} {precision:9} {milliseconds:>8} {speed(of):9.0f}"
            f" {ratio:>16} {spread(of):6.2f}"
        )


if __name__ == "__main__":
    main()
