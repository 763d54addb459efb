#!/usr/bin/env python3
"""Scores the learners where their constants may be chosen: not on the benchmarks themselves.

    score.py SKEP TRACES

SKEP is the program, TRACES the folder of the public traces. Three parts count the same: the first
quarter of each trace of the suite, the made-up traces of make_traces.py with four seeds (both
against the best HPA in hindsight, all three settings), and two windows of rossi within its training
ticks (against 93). Prints 100 times the sum of the three mean logarithms, the smaller the better,
and what it is made of. Differences below about a quarter of a point are luck.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

POLICIES = ("mixture", "q_learning")
COST_OF_WINDOW = 93  # of rossi, about what a good policy pays
SEEDS = (7, 8, 9, 10)


def compare(skep, benchmark, folder, *more):
    command = [skep, "compare", "--benchmark", benchmark, "--traces", str(folder), "--json", *more]
    for policy in POLICIES:
        command += ["--policy", policy]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def mean_log(values):
    return sum(map(math.log, values)) / len(values)


def suite_means(result, policy):
    return [line["geometric_mean"] for line in result["summary"] if line["policy"] == policy]


def worst(result, policy):
    return max(line["worst"] for line in result["summary"] if line["policy"] == policy)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    skep, traces = sys.argv[1:]
    quarters = compare(skep, "suite", traces, "--training-part")
    rossi = compare(skep, "rossi", traces, "--training-part")
    made_up = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            maker = pathlib.Path(__file__).with_name("make_traces.py")
            command = [sys.executable, str(maker), folder, "3000", str(seed)]
            subprocess.run(command, check=True)
            made_up.append(compare(skep, "suite", folder))
    for policy in POLICIES:
        of_quarters = suite_means(quarters, policy)
        of_seeds = [suite_means(result, policy) for result in made_up]
        of_made_up = [math.exp(mean_log(of_setting)) for of_setting in zip(*of_seeds)]
        windows = [row["cost"] for row in rossi["rows"] if row["policy"] == policy]
        score = mean_log(of_quarters) + mean_log(of_made_up) + mean_log(windows)
        print(
            f"{policy:11} {100 * (score - math.log(COST_OF_WINDOW)):6.2f}"
            f"  quarters {' '.join(f'{mean:.4f}' for mean in of_quarters)}"
            f" (worst {worst(quarters, policy):.2f})"
            f"  made up {' '.join(f'{mean:.4f}' for mean in of_made_up)}"
            f" (worst {max(worst(result, policy) for result in made_up):.2f})"
            f"  rossi {' '.join(f'{cost:.1f}' for cost in windows)}"
        )


main()
