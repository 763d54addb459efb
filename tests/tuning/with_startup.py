#!/usr/bin/env python3
"""Compares the default policy with target tracking where replicas start slowly.

    with_startup.py SKEP TRACES

SKEP is the program, TRACES the folder of the public traces. A tick of 15 s, a start-up of 45 s, a
cooldown of 30 s, 1 to 20 replicas, everything else as shipped, from nothing, over whole traces: the
public ones, the made-up ones of make_traces.py at their full length, and eight plain shapes; with a
row of a minute and a row of a tick. 120 traces of rare bursts, the hardest kind, are told apart and
not part of the mean: with CPU alone, which hides how high a burst is, and with a `load` query. Of
these, only those above +2% have a line. Prints the cost of `mixture` against `target_tracking`
behind the same guard, beside the best rule in hindsight and the optimum. Nothing is chosen by it.
"""
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

ROWS = 6000
CONFIG = """
services:
  - name: web
    replicas: {min: 1, max: 20}
    metrics:
      cpu: {query: cpu}
      ram: {query: ram}
"""
WITH_LOAD = CONFIG + "      load: {query: load}\n"


def stairs(levels, rows_each):
    return [levels[i // rows_each % len(levels)] for i in range(ROWS)]


def wave(low, high, period):
    middle, reach = (low + high) / 2, (high - low) / 2
    return [middle - reach * math.cos(2 * math.pi * i / period) for i in range(ROWS)]


def bursts(seed, chance, longest, base, peak):
    """Each lasts 1 to `longest` rows and reaches from the middle between base and peak up to it."""
    rng = random.Random(seed)
    values = []
    while len(values) < ROWS:
        if rng.random() < chance:
            values += [rng.uniform((base + peak) / 2, peak)] * rng.randint(1, longest)
        else:
            values.append(base)
    return values[:ROWS]


def shapes():
    on_wave = zip(wave(2, 8, 1440), bursts(3, 0.005, 30, 0, 6))
    return {
        "stairs": stairs([2, 6, 3, 9, 4, 1, 7], 200),
        "on_off": stairs([1, 12], 60),
        "ramps": [1 + 11 * (1 - abs(i % 600 / 300 - 1)) for i in range(ROWS)],
        "slow_wave": wave(2, 12, 1440),
        "fast_wave": wave(2, 12, 120),
        "short_bursts": bursts(1, 0.01, 10, 1, 5),
        "long_bursts": bursts(2, 0.005, 120, 1, 5),
        "bursts_on_wave": [a + b for a, b in on_wave],
    }


def rare_bursts():
    traces = {}
    for chance in (0.001, 0.003, 0.006, 0.01, 0.02):
        for longest in (1, 3, 6, 20):
            for base, peak in ((2.6, 12.8), (1, 8), (0.5, 12)):
                for noise in (0, 0.08):
                    seed = 101 + len(traces)
                    rng = random.Random(seed)
                    name = f"{chance:g}_{longest}_{base:g}_{peak:g}_{noise:g}"
                    traces[name] = [
                        value * max(0.5, 1 + noise * rng.gauss(0, 1))
                        for value in bursts(seed, chance, longest, base, peak)
                    ]
    return traces


def write(file, traces):
    with open(file, "w", encoding="ascii") as out:
        out.write("row," + ",".join(traces) + "\n")
        for i in range(ROWS):
            row = ",".join(f"{values[i]:.6g}" for values in traces.values())
            out.write(f"{i},{row}\n")


def compare(skep, config, files, step):
    command = [skep, "compare", "--json", "--config", str(config)]
    command += ["--startup", "45s", "--step", step]
    command += ["--policy", "mixture", "--policy", "target_tracking", "--trace", *map(str, files)]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    costs = {}
    for row in result["rows"]:
        name = row["trace"].rsplit("/", 1)[-1]
        costs.setdefault(name, {})[row["policy"]] = row["cost"]
    return costs


def percent(cost, rule):
    return 100 * (cost / rule - 1)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    skep, traces = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        config = folder / "skep.yaml"
        config.write_text(CONFIG, encoding="ascii")
        with_load = folder / "with_load.yaml"
        with_load.write_text(WITH_LOAD, encoding="ascii")
        maker = pathlib.Path(__file__).with_name("make_traces.py")
        subprocess.run([sys.executable, str(maker), folder, str(ROWS)], check=True)
        write(folder / "shapes.csv", shapes())
        write(folder / "rare_bursts.csv", rare_bursts())
        parts = {
            "public": (config, sorted(pathlib.Path(traces).glob("*.csv"))),
            "made up": (config, [folder / "made_up.csv"]),
            "shapes": (config, [folder / "shapes.csv"]),
            "rare bursts": (config, [folder / "rare_bursts.csv"]),
            "rare bursts, load": (with_load, [folder / "rare_bursts.csv"]),
        }
        for step in ("60s", "15s"):
            everything = []
            print(f"row of {step:35} mixture  best rule  optimum")
            for part, (settings, files) in parts.items():
                rare = part.startswith("rare")
                savings = []
                for name, cost in compare(skep, settings, files, step).items():
                    rule = cost["target_tracking"]
                    savings.append(percent(cost["mixture"], rule))
                    if rare and savings[-1] <= 2:
                        continue
                    print(
                        f"  {name[-40:]:40} {savings[-1]:6.1f}%"
                        f" {percent(cost['best_rule'], rule):9.1f}%"
                        f" {percent(cost['optimum'], rule):7.1f}%"
                    )
                if not rare:
                    everything += savings
                mean = sum(savings) / len(savings)
                above = sum(saving > 2 for saving in savings)
                print(f"{part:42} {mean:6.2f}%, worst {max(savings):.1f}%, above +2%: {above}")
            mean = sum(everything) / len(everything)
            print(f"all {len(everything)} but the rare bursts{mean:26.2f}%\n")


main()
