#!/usr/bin/env python3
"""Makes up load traces of seventeen kinds, to choose the learners' constants on.

    make_traces.py FOLDER [ROWS [SEED]]

Writes FOLDER/made_up.csv, of 3,000 rows or as many as told, at most 6,000, and drawn with the seed
7 or another: the same bytes on every machine, in any unit of load.
"""
import argparse
import math
import os
import random

ROWS_MADE = 6000
TURN = 2 * math.pi


def poisson(rng, mean):
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit = math.exp(-mean)
    count, product = 0, 1.0
    while True:
        product *= rng.random()
        if product < limit:
            return count
        count += 1


def noise(rng, size):
    """A factor around 1."""
    return math.exp(size * rng.gauss(0, 1))


def daily_requests(rng, mean):
    return [poisson(rng, mean * (1.2 + math.sin(i * TURN / 1440))) for i in range(ROWS_MADE)]


def steps(rng):
    values, level = [], 5
    for _ in range(ROWS_MADE):
        if rng.random() < 0.01:
            level = rng.uniform(1, 15)
        values.append(max(0, level * (1 + 0.05 * rng.gauss(0, 1))))
    return values


def wandering(rng, keep, size):
    values, log_load = [], 0
    for _ in range(ROWS_MADE):
        log_load = keep * log_load + size * rng.gauss(0, 1)
        values.append(math.exp(log_load))
    return values


def bursts(rng):
    values, left, height = [], 0, 0
    for _ in range(ROWS_MADE):
        if left <= 0 and rng.random() < 0.01:
            left = rng.randint(3, 25)
            height = rng.uniform(2, 6)
        values.append((1 + (height if left > 0 else 0)) * noise(rng, 0.04))
        left -= 1
    return values


def timed_jobs(rng):
    return [(3 + (8 if i % 60 < 4 else 0)) * noise(rng, 0.05) for i in range(ROWS_MADE)]


CROWD_CHANCE = 0.004
CROWD_SIZES = (5, 20)
CROWD_KEPT = 0.96
CROWD_NOISE = 0.08


def without_crowd(row):
    return 2 + math.sin(row / 500)


def flash_crowds(rng):
    """The load, and the crowd behind it."""
    values, crowds, crowd = [], [], 0
    for i in range(ROWS_MADE):
        if rng.random() < CROWD_CHANCE:
            crowd += rng.uniform(*CROWD_SIZES)
        crowd *= CROWD_KEPT
        crowds.append(crowd)
        values.append((without_crowd(i) + crowd) * noise(rng, CROWD_NOISE))
    return values, crowds


def on_and_off(rng):
    values, on = [], True
    for _ in range(ROWS_MADE):
        if rng.random() < 0.02:
            on = not on
        values.append((8 if on else 1.5) * noise(rng, 0.1))
    return values


def spikes_from_idle(rng):
    return [
        (rng.uniform(5, 12) if rng.random() < 0.03 else 0.3) * noise(rng, 0.2)
        for _ in range(ROWS_MADE)
    ]


def day_and_night(rng):
    return [
        poisson(rng, (100 if (i // 720) % 2 else 25) * (1 + 0.1 * math.sin(i / 37)))
        for i in range(ROWS_MADE)
    ]


def traces(seed):
    rng = random.Random(seed)  # one for all of them: the order is a part of the traces
    rows = range(ROWS_MADE)
    return {
        "daily": daily_requests(rng, 60),
        "daily_few": daily_requests(rng, 8),
        "steps": steps(rng),
        "random_walk": wandering(rng, 0.998, 0.05),
        "restless": wandering(rng, 0.8, 0.25),
        "bursts": bursts(rng),
        "timed_jobs": timed_jobs(rng),
        "flash_crowds": flash_crowds(rng)[0],
        "on_and_off": on_and_off(rng),
        "saw": [1 + 12 * ((i % 240) / 240) + 0.2 * rng.random() for i in rows],
        "triangle": [2 + 8 * abs(((i % 40) / 20) - 1) + 0.15 * rng.gauss(0, 1) for i in rows],
        "sine": [max(0, 6 + 5 * math.sin(i * TURN / 60) + 0.3 * rng.gauss(0, 1)) for i in rows],
        "white_noise": [max(0.1, rng.gauss(5, 1.5)) for _ in rows],
        "heavy_tail": [min(60, rng.paretovariate(1.8)) for _ in rows],
        "spikes_from_idle": spikes_from_idle(rng),
        "constant": [5 * noise(rng, 0.01) for _ in rows],
        "day_and_night": day_and_night(rng),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("rows", nargs="?", type=int, default=3000)
    parser.add_argument("seed", nargs="?", type=int, default=7)
    chosen = parser.parse_args()
    os.makedirs(chosen.folder, exist_ok=True)
    made = traces(chosen.seed)
    with open(os.path.join(chosen.folder, "made_up.csv"), "w", encoding="ascii") as file:
        file.write("row," + ",".join(made) + "\n")
        for i in range(min(ROWS_MADE, chosen.rows)):
            file.write(f"{i}," + ",".join(f"{values[i]:.6g}" for values in made.values()) + "\n")


if __name__ == "__main__":
    main()
