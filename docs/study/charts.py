"""Writes the tables and charts of the study from the recorded runs in docs/study/results.

python3 docs/study/charts.py           writes docs/study-tables.md and three charts in docs/images
python3 docs/study/charts.py --check   writes nothing, exits with 1 if one of them would change
"""

import csv
import json
import sys
from functools import cache
from operator import sub, truediv
from pathlib import Path
from statistics import fmean, stdev
from zipfile import ZipFile

DOCS = Path(__file__).resolve().parent.parent
RESULTS = DOCS / "study" / "results"

# Two-sided 95% quantiles of Student's t, by the number of values.
STUDENT = {2: 12.706205, 3: 4.302653, 4: 3.182446, 5: 2.776445}

# The studies of each setting: evomoe with its prior, StableMoE, all gates with evomoe's prior.
SETTINGS = {
    "gpt, 500 steps": ("gpt-prior", "gpt-stablemoe", "gpt-rivals-prior"),
    "gpt, 1,500 steps": ("gpt-long-prior", "gpt-long-stablemoe", "gpt-long-rivals-prior"),
    "gpt, 3,000 steps": ("gpt-3000-prior", "gpt-3000-prior", None),
    "gpt, 500 steps, second text": ("gpt-kernel", "gpt-kernel", None),
    "gpt, 1,250 steps, second text, larger model": ("gpt-large", "gpt-large", None),
    "mt, 2,400 steps": ("mt-prior", "mt-stablemoe", "mt-rivals-prior"),
    "roberta, 2,400 steps, two blocks": ("roberta-prior", "roberta-prior", "roberta-rivals-prior"),
    "roberta, 2,400 steps, four blocks": ("roberta-four", "roberta-four", "roberta-four-rivals-prior"),
}
RIVALS = {"Switch": "switch", "BASE": "base", "Hash": "hash", "StableMoE": "stablemoe"}
SAME_PRIOR = "Switch, same prior"

# The studies of the same runs with AdamW and with Muon.
OPTIMIZERS = {"gpt, 500 steps": ("gpt-prior", "gpt-muon"), "gpt, 1,500 steps": ("gpt-long-prior", "gpt-long-muon")}

# The studies of the same pairs without and with the gate evomoe-paper.
PAPER = {"gpt, 500 steps": ("gpt-prior", "gpt-paper")}

OLD = "gpt", "gpt-long", "gpt-3000", "mt", "roberta", "roberta-fresh"

INTRO = """# Tables of the study

All results of [the study](study.md), written by [charts.py](study/charts.py) from the recorded runs. Do not edit them.

Losses are validation losses in nats a token, means over n seeds. Differences are means over n pairs of the same seed.
Brackets have 95% intervals. Negative means that the first gate has the lower loss. Bold: the interval excludes 0.
"""
ONE_PRIOR = """
## Studies with the token prior in evomoe

Only `evomoe` has the token prior, with the options of presets `quick` and `small`. `evomoe.lower-threshold` has a
threshold of 0.8 / E instead of 0.3. `evomoe.dense-start` also divides the weights by their sum in the layer without a
prior. StableMoE has a balance loss of 0.3 in `gpt-prior`, `mt-prior` and the roberta studies, and 0.003 in the others.
"""
ALL_PRIOR = """
## Studies with the token prior in all gates

`dts` is `evomoe` without the phase of one expert. It has a threshold of 0.1 in `gpt-long-rivals-prior`.
"""
MUON = """
## Muon

The runs of `gpt-prior` and `gpt-long-prior` with Muon instead of AdamW, seed by seed. Each gate has the best of the same
learning rates: three with 500 steps, two with 1,500.
"""
THE_PAPER = """
## The paper's method

`evomoe-paper` in pairs of the studies with a prior: it starts with all experts and ends with one. Losses and FLOPs of the
others are those of the studies above ([settings](study/gpt-paper.yaml)).
"""
NO_PRIOR = """
## Studies without the token prior

`evomoe` is the paper's gate on our schedule in `gpt`, `gpt-long`, `mt` and `roberta`. `evomoe.defaults` is the bare
default, as is `evomoe` in `gpt-3000` and `roberta-fresh`. Only `evomoe.masked-prior` has a prior. BASE and StableMoE
in `gpt`, `mt` and `roberta` are an older form, in a residual branch.
"""

INK, LOWER, HIGHER, VIOLET = "#7a7a7a", "#0e8f84", "#d0640c", "#9b5de5"


@cache
def runs(study):
    """(label, seed, result, curve rows) of each run, without those that only tried a learning rate."""
    found = []
    with ZipFile(RESULTS / study / "runs.zip") as packed:
        for name in sorted({entry.split("/")[0] for entry in packed.namelist()}):
            if not name.startswith("rate-"):
                label, _, seed = name.rpartition("-")
                result = json.loads(packed.read(f"{name}/result.json"))[0]
                rows = packed.read(f"{name}/curves.csv").decode().splitlines()
                found.append((label, int(seed), result, list(csv.DictReader(rows))))
    return found


def measured(study, file, column):
    """A column of what was measured with the models of a study: {label: {seed: value}}."""
    found = {}
    with open(RESULTS / study / file, newline="") as rows:
        for row in csv.DictReader(rows):
            label, _, seed = row["run"].rpartition("/")[2].rpartition("-")
            found.setdefault(label, {})[int(seed)] = float(row[column])
    return found


def values(study, label, key="valid_loss"):
    """{seed: a number of the result} of a gate's runs; empty if it has none."""
    return {seed: result[key] for name, seed, result, _ in runs(study) if name == label and key in result}


def evaluations(study, label):
    """{seed: [(step, training FLOPs, validation loss)]} of a gate's runs."""
    columns = "step", "train_flops", "valid_loss"
    return {
        seed: [tuple(float(row[column]) for column in columns) for row in rows if row["valid_loss"]]
        for name, seed, _, rows in runs(study)
        if name == label
    }


def paired(first, second, combine=sub):
    """The combined values of the seeds that both have."""
    return [combine(first[seed], second[seed]) for seed in sorted(first.keys() & second.keys())]


def half(numbers):
    """Half of the 95% confidence interval of the mean."""
    return STUDENT[len(numbers)] * stdev(numbers) / len(numbers) ** 0.5


def rivals(setting):
    """evomoe's loss minus that of each rival of a setting, by seed: {rival: values}."""
    study, stablemoe, same_prior = SETTINGS[setting]
    sources = {name: (stablemoe if name == "StableMoE" else study, label) for name, label in RIVALS.items()}
    if same_prior:
        sources[SAME_PRIOR] = (same_prior, "switch")
    found = {name: paired(values(place, "evomoe"), values(place, label)) for name, (place, label) in sources.items()}
    return {name: differences for name, differences in found.items() if differences}


def speed_up(study):
    """Switch's FLOPs over those at which evomoe reaches Switch's last loss, of the seeds that do."""
    ratios = []
    for seed, curve in evaluations(study, "evomoe").items():
        goal, flops = values(study, "switch")[seed], values(study, "switch", "train_flops")[seed]
        for (_, flops_above, above), (_, flops_below, below) in zip(curve, curve[1:]):
            if below <= goal < above:
                share = (above - goal) / (above - below)
                ratios.append(flops / (flops_above + share * (flops_below - flops_above)))
                break
    return ratios


def cell(numbers, digits=4, sign="+"):
    """Mean and interval as text; a signed mean is bold if its interval excludes 0."""
    if len(numbers) < 2:
        return "".join(f"{number:{sign}.{digits}f}" for number in numbers)
    mean, width = fmean(numbers), half(numbers)
    bold = "**" if sign and abs(mean) > width else ""
    low, middle, high = (f"{value:{sign}.{digits}f}" for value in (mean - width, mean, mean + width))
    return f"{bold}{middle}{bold} ({low} to {high})"


def table(titles, rows):
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *rows]
    return "\n" + "".join("| " + " | ".join(str(text) for text in line) + " |\n" for line in lines)


def summary_table():
    rows = []
    for setting in SETTINGS:
        found = {name: f"{cell(numbers, 3)}, n={len(numbers)}" for name, numbers in rivals(setting).items()}
        rows.append([setting, *(found.get(name, "") for name in [*RIVALS, SAME_PRIOR])])
    return table(["setting", *RIVALS, SAME_PRIOR], rows)


def prior_table():
    rows = []
    for setting, (study, _, same) in SETTINGS.items():
        if same:
            evomoe, switch, prior = values(same, "evomoe"), values(study, "switch"), values(same, "switch")
            pairs = (evomoe, switch), (prior, switch), (evomoe, prior)
            rows.append([setting, len(prior), *(cell(paired(*pair), 3) for pair in pairs)])
    return table(["setting", "n", "evomoe - Switch", "Switch with prior - Switch", "evomoe - Switch with prior"], rows)


def cost_table():
    rows = []
    for setting, (study, _, same) in SETTINGS.items():
        for name, place in (("Switch", study), (SAME_PRIOR, same)) if same else (("Switch", study),):
            flops = paired(values(place, "evomoe", "train_flops"), values(place, "switch", "train_flops"), truediv)
            faster = speed_up(place)
            rows.append([setting, name, f"{fmean(flops):.3f}", cell(faster, 2, ""), f"{len(faster)} of {len(flops)}"])
    return table(["setting", "rival", "FLOPs, times its", "speed-up to its last loss", "pairs that reach it"], rows)


def more_table():
    """Comparisons on the full test sets, and with Switch at the FLOPs of evomoe."""
    roberta = "roberta, two blocks, full test set"
    sets = {"mt, full test set": measured("mt-prior", "test-side.csv", "loss")}
    sets[roberta] = measured("roberta-prior", "whole-sides.csv", "test_loss")
    prior = measured("roberta-rivals-prior", "whole-sides.csv", "test_loss")["switch"]
    pairs = [(setting, name, of["evomoe"], of[label]) for setting, of in sets.items() for name, label in RIVALS.items()]
    pairs.append((roberta, SAME_PRIOR, sets[roberta]["evomoe"], prior))
    for study, equal in (("gpt-long-prior", "gpt-equal-flops"), ("mt-prior", "mt-equal-flops")):
        pairs.append((equal, "Switch, trained longer", values(study, "evomoe"), values(equal, "switch")))
    rows = ([*names, len(b), f"{fmean(b.values()):.4f}", cell(paired(a, b))] for *names, a, b in pairs)
    return table(["setting", "gate", "n", "its loss", "evomoe - gate"], rows)


def optimizer_table():
    rows = []
    for setting, (adamw, muon) in OPTIMIZERS.items():
        for gate in "evomoe", "switch":
            with_muon = values(muon, gate)
            with_adamw = {seed: values(adamw, gate)[seed] for seed in with_muon}
            losses = (f"{fmean(of.values()):.4f}" for of in (with_adamw, with_muon))
            rows.append([setting, gate, len(with_muon), *losses, cell(paired(with_muon, with_adamw), 3)])
    return table(["setting", "gate", "n", "AdamW", "Muon", "Muon - AdamW"], rows)


def paper_table():
    rows = []
    for setting, (study, paper) in PAPER.items():
        losses, flops = values(paper, "evomoe-paper"), values(paper, "evomoe-paper", "train_flops")
        active = values(paper, "evomoe-paper", "active_experts")
        shares = [paired(flops, values(study, "switch", "train_flops"), truediv)]
        means = [f"{fmean(losses.values()):.4f}"]
        means += [cell(paired(losses, values(study, label)), 3) for label in ("switch", "hash", "evomoe")]
        rows.append([setting, len(losses), *means, f"{fmean(shares[0]):.2f}", f"{fmean(active.values()):.2f}"])
    titles = ["setting", "n", "loss", "minus Switch", "minus Hash", "minus evomoe", "FLOPs, times Switch's"]
    return table([*titles, "active experts at end"], rows)


def study_section(study):
    rows = []
    for label in sorted({run[0] for run in runs(study)}, key=lambda label: fmean(values(study, label).values())):
        losses, active = values(study, label), values(study, label, "active_experts")
        flops = paired(values(study, label, "train_flops"), values(study, "switch", "train_flops"), truediv)
        difference = cell(paired(losses, values(study, "switch"))) if label != "switch" else ""
        means = [f"{fmean(losses.values()):.4f}", difference, f"{fmean(flops):.2f}", f"{fmean(active.values()):.2f}"]
        rows.append([label, len(losses), *means])
    result = runs(study)[0][2]
    title = f"\n### {study}\n\nTask {result['task']}, {result['steps']:,} steps ([settings](study/{study}.yaml)).\n"
    return title + table(["gate", "n", "loss", "gate - Switch", "FLOPs, times Switch's", "active experts at end"], rows)


def page():
    parts = [INTRO, "\n## evomoe minus the other gates\n", summary_table()]
    parts += ["\n## The share of the prior\n\nPairs of the same seed in all three runs.\n", prior_table()]
    parts += ["\n## FLOPs\n\nEstimates for whole runs: 6 x active parameters x tokens.\n", cost_table()]
    parts += ["\n## Full test sets, and equal FLOPs\n", more_table()]
    parts += [ONE_PRIOR, *map(study_section, dict.fromkeys(name for row in SETTINGS.values() for name in row[:2]))]
    parts += [ALL_PRIOR, *(study_section(same) for *_, same in SETTINGS.values() if same)]
    parts += [MUON, optimizer_table(), *(study_section(muon) for _, muon in OPTIMIZERS.values())]
    parts += [THE_PAPER, paper_table()]
    return "".join(parts + [NO_PRIOR, *map(study_section, OLD)])


def svg(height, title, parts):
    font = f'font-family="sans-serif" font-size="15" fill="{INK}"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" viewBox="0 0 640 {height}" {font}>'
    return "\n".join([start, f"<title>{title}</title>", *parts, "</svg>\n"])


def words(x, y, text, anchor="start", color=INK, weight="normal"):
    text = str(text).replace("-", "&#8722;")
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{color}" font-weight="{weight}">{text}</text>'


def path(points, color=INK, width=1.0, opacity=1.0):
    start = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="{start}" fill="none" stroke="{color}" stroke-width="{width}" opacity="{opacity}"/>'


def dot(x, y, color):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{color}"/>'


def forest():
    """evomoe minus each rival, by setting, with intervals."""
    parts = [words(0, 18, "evomoe's validation loss minus that of the other gate", weight="bold")]
    parts += [words(0, 42, "Nats a token, mean over n pairs of seeds, 95% interval")]
    for x, color, text in (0, LOWER, "evomoe lower"), (128, HIGHER, "other gate lower"), (280, INK, "inconclusive"):
        parts += [dot(x + 8, 61, color), words(x + 20, 66, text, color=color)]

    def at(value):
        return 150 + (value + 0.38) / 0.52 * 385

    ticks = {at(value): f"{value:+.1f}" if value else "0" for value in (-0.3, -0.2, -0.1, 0, 0.1)}
    y = 96
    parts += [words(x, y, label, "middle") for x, label in [*ticks.items(), (580, "mean"), (630, "n")]]
    for setting in SETTINGS:
        y += 28
        found = rivals(setting)
        parts.append(words(0, y, setting, weight="bold"))
        parts += [path([(x, y + 5), (x, y + 5 + 20 * len(found))], opacity=1 if x == at(0) else 0.35) for x in ticks]
        for name, differences in found.items():
            y += 20
            mean, low, high = (fmean(differences) + side * half(differences) for side in (0, -1, 1))
            color = LOWER if high < 0 else HIGHER if low > 0 else INK
            parts += [words(140, y, name, "end"), path([(at(low), y - 5), (at(high), y - 5)], color, 2)]
            parts += [dot(at(mean), y - 5, color), words(600, y, f"{mean:+.3f}", "end")]
            parts.append(words(634, y, len(differences), "end"))
    parts += [words(x, y + 24, label, "middle") for x, label in ticks.items()]
    return svg(y + 32, "evomoe minus other gates", parts)


def loss_by_step():
    """Validation loss by step over the seeds that all three gates have, gpt with 1,500 steps."""
    study, _, same = SETTINGS["gpt, 1,500 steps"]
    seeds = sorted(evaluations(same, "switch"))

    def at(step, loss):
        return 50 + (step - 200) / 1300 * 560, 90 + (4.6 - loss) / 1.1 * 300

    parts = [words(0, 18, "Validation loss by step, gpt, 1,500 steps", weight="bold")]
    parts += [words(0, 42, f"Nats a token, mean over {len(seeds)} seeds, from step 200")]
    for loss in (3.6, 3.8, 4.0, 4.2, 4.4, 4.6):
        parts += [words(40, at(200, loss)[1] + 5, loss, "end"), path([at(200, loss), at(1500, loss)], opacity=0.35)]
    parts += [words(at(step, 0)[0], 410, f"{step:,}", "middle") for step in range(300, 1501, 300)]
    lines = (0, "Switch", study, HIGHER), (150, SAME_PRIOR, same, VIOLET), (390, "evomoe", same, LOWER)
    for x, name, place, color in lines:
        curves = evaluations(place, name if name == "evomoe" else "switch")
        means = [[fmean(column) for column in zip(*same_step)] for same_step in zip(*(curves[seed] for seed in seeds))]
        parts += [path([at(step, loss) for step, _, loss in means if step >= 200], color, 2.5)]
        parts += [path([(x, 61), (x + 24, 61)], color, 2.5)]
        parts += [words(x + 32, 66, f"{name}: {means[-1][2]:.3f}", color=color)]
    return svg(418, "Validation loss by step", parts)


def active_experts():
    """Active experts by step of evomoe-paper and evomoe, gpt with 500 steps."""
    study, paper = PAPER["gpt, 500 steps"]

    def at(step, active):
        return 50 + step / 500 * 560, 90 + (8 - active) / 8 * 260

    parts = [words(0, 18, "Active experts by step, gpt, 500 steps, 8 experts", weight="bold")]
    parts += [words(0, 42, "Mean over tokens, layers and seeds")]
    for active in range(0, 9, 2):
        parts += [words(40, at(0, active)[1] + 5, active, "end"), path([at(0, active), at(500, active)], opacity=0.35)]
    parts += [words(at(step, 0)[0], 370, step, "middle") for step in range(0, 501, 100)]
    for x, name, place, color in ((0, "evomoe-paper", paper, HIGHER), (200, "evomoe", study, LOWER)):
        curves = [rows for label, _, _, rows in runs(place) if label == name]
        means = [(float(same[0]["step"]), fmean(float(row["active_experts"]) for row in same)) for same in zip(*curves)]
        parts += [path([at(*point) for point in means], color, 2.5), path([(x, 61), (x + 24, 61)], color, 2.5)]
        parts += [words(x + 32, 66, name.replace("-", "&#8209;"), color=color)]
    return svg(378, "Active experts by step", parts)


def main():
    texts = {"study-tables.md": page(), "images/forest.svg": forest(), "images/loss-by-step.svg": loss_by_step()}
    texts["images/active-experts.svg"] = active_experts()
    changed = [name for name, text in texts.items() if not (DOCS / name).exists() or (DOCS / name).read_text() != text]
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(f"docs/{name} differs from what docs/study/charts.py writes" for name in changed) or 0)
    for name in changed:
        (DOCS / name).write_text(texts[name])


if __name__ == "__main__":
    main()
