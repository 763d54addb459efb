#!/usr/bin/env python3
"""How much of a ratio to the best rule in hindsight is luck, where a dozen jumps decide.

    flash_bound.py SKEP [DRAWS]

Draws flash crowds as make_traces.py does, 8 times or as often as told, and has SKEP, the program,
run `mixture` on them with the weights 0.90/0.09/0.01. Beside it stands a policy that knows all but
the future: how often crowds come, how large they are, how they fade, how large the noise is, and
how many are there now, behind the noise. It is planned by value iteration for each level of the
load without crowds. Both are compared with the best HPA in hindsight. Needs python3-numpy.
"""
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import make_traces
import numpy

MAX_REPLICAS = 20
LIMIT = 0.8
PERFORMANCE, RESOURCES, ADAPTATION = WEIGHTS = 0.9, 0.09, 0.01
SETTINGS = {"step1": (1, 0), "step4": (4, 0), "late3": (1, 3)}  # largest step, ticks late
DISCOUNT = 0.995
CROWDS = numpy.concatenate([[0], numpy.geomspace(0.05, 60, 120)])
SIZES = numpy.linspace(*make_traces.CROWD_SIZES, 31)[1::2]
NORMAL = numpy.array([random.Random(0).gauss(0, 1) for _ in range(400)])
COUNTS = numpy.arange(1, MAX_REPLICAS + 1)


def violation(load, count):
    return numpy.where(load > LIMIT * count + 1e-9, load / (LIMIT * count), 0.0)


def spread(crowds):
    """The two crowds of the grid around each of `crowds`, and the share of the second one."""
    place = numpy.interp(crowds, CROWDS, numpy.arange(len(CROWDS)))
    first = numpy.minimum(place.astype(int), len(CROWDS) - 2)
    return first, first + 1, place - first


def transitions():
    chances = [(1 - make_traces.CROWD_CHANCE, 0)]
    chances += [(make_traces.CROWD_CHANCE / len(SIZES), size) for size in SIZES]
    result = numpy.zeros((len(CROWDS), len(CROWDS)))
    rows = numpy.arange(len(CROWDS))
    for chance, size in chances:
        first, second, share = spread((CROWDS + size) * make_traces.CROWD_KEPT)
        numpy.add.at(result, (rows, first), chance * (1 - share))
        numpy.add.at(result, (rows, second), chance * share)
    return result


def costs_to_come(base, scale, step, lag):
    """By crowd and count: of having that many replicas next, the price of the change aside."""
    late = sum(
        violation(scale * (base + CROWDS)[:, None] * noise, COUNTS)
        for noise in numpy.exp(make_traces.CROWD_NOISE * NORMAL)
    ) / len(NORMAL)
    next_crowd = transitions()
    when_it_serves = numpy.linalg.matrix_power(next_crowd, lag + 1)
    own = PERFORMANCE * when_it_serves @ late + RESOURCES * COUNTS / MAX_REPLICAS
    values = numpy.zeros_like(own)
    while True:
        costs = own + DISCOUNT * next_crowd @ values
        best = costs.copy()
        for away in range(1, step + 1):
            best[:, :-away] = numpy.minimum(best[:, :-away], costs[:, away:] + ADAPTATION)
            best[:, away:] = numpy.minimum(best[:, away:], costs[:, :-away] + ADAPTATION)
        if numpy.abs(best - values).max() < 1e-5:
            return costs
        values = best


def planned_cost(loads, crowds, scale, step, lag):
    """Of a tick, mean over the last three quarters, as the suite counts it."""
    bases = numpy.linspace(1, 3, 9)
    plans = [costs_to_come(base, scale, step, lag) for base in bases]
    replicas, total, quarter = MAX_REPLICAS // 2, 0.0, len(loads) // 4
    for tick in range(len(loads) - 1):
        chosen = replicas
        if tick >= lag:
            seen = tick - lag
            plan = plans[int(numpy.abs(bases - make_traces.without_crowd(seen)).argmin())]
            first, second, share = spread(crowds[seen])
            costs = (1 - share) * plan[first] + share * plan[second]
            reach = range(max(1, replicas - step), min(MAX_REPLICAS, replicas + step) + 1)
            chosen = min(reach, key=lambda n: costs[n - 1] + ADAPTATION * (n != replicas))
        if tick + 1 >= quarter:
            total += PERFORMANCE * float(violation(scale * loads[tick + 1], chosen))
            total += RESOURCES * chosen / MAX_REPLICAS + ADAPTATION * (chosen != replicas)
        replicas = chosen
    return total / (len(loads) - quarter)


def suite(skep, folder):
    command = [skep, "compare", "--benchmark", "suite", "--traces", folder, "--json"]
    command += ["--policy", "mixture"]
    rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["rows"]
    return {
        (row["trace"], row["setting"], row["policy"]): row["cost"]
        for row in rows
        if row["weights"] == list(WEIGHTS)
    }


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    draws = [
        make_traces.flash_crowds(random.Random(seed))
        for seed in range(int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    ]
    with tempfile.TemporaryDirectory() as folder:
        for seed, (loads, _) in enumerate(draws):
            lines = [f"{i},{load:.6g}\n" for i, load in enumerate(loads)]
            (pathlib.Path(folder) / f"{seed}.csv").write_text("row,load\n" + "".join(lines))
        costs = suite(sys.argv[1], folder)
    print("draw  setting  of the best HPA in hindsight: knows all but the future, mixture")
    ratios = {"planned": [], "mixture": []}
    for seed, (loads, crowds) in enumerate(draws):
        scale = 0.8 * MAX_REPLICAS * LIMIT / numpy.percentile(loads, 99.9)
        for setting, (step, lag) in SETTINGS.items():
            best = costs[str(seed), setting, "hpa_best"]
            ratios["planned"].append(planned_cost(loads, crowds, scale, step, lag) / best)
            ratios["mixture"].append(costs[str(seed), setting, "mixture"] / best)
            print(f"{seed:4}  {setting:7} {ratios['planned'][-1]:6.3f} {ratios['mixture'][-1]:6.3f}")
    for name, values in ratios.items():
        mean = math.exp(sum(map(math.log, values)) / len(values))
        above = sum(value > 1.04 for value in values)
        print(f"{name}: mean {mean:.3f}, worst {max(values):.3f}, {above} above 1.04")


if __name__ == "__main__":
    main()
