#!/usr/bin/env python3
"""How little a policy can pay on rossi that knows more than any policy can.

    rossi_bound.py TRACES

TRACES is the folder of the public traces. Each value of this trace is held for two ticks. The
policies here take the next load for normal (of its square root) around a prediction, and go to the
count that costs least at the next tick: once without using that a value which is new stays for one
more tick ("neutral": same and new are equally likely), and once using it. One prediction is made
from the past alone (Holt's smoothing); the others smooth over what lies before AND after, so they
know the rate behind the noise, and the width 3 knows much of the noise too.
"""
import gzip
import math
import pathlib
import sys

PER_REPLICA = 200 * 18 / 19  # requests/s that one replica serves in time
WINDOW = 4001
OFFSETS = [int(offset) for offset in """
    12003 28007 36009 56014 60015 76019 84021 96024 116029 120030 148037 152038 180045 184046 192048
    224056 240060 248062 256064 260065 276069 348087 380095 392098 396099 432108 436109 456114
    492123 512128""".split()]


def read(folder):
    path = pathlib.Path(folder) / "nyc_taxi2013_rlad_1min.csv.gz"
    with gzip.open(path, "rt", encoding="ascii") as file:
        next(file)
        return [float(line.split(",")[-1]) for line in file if line.strip()][1::2]


def holt(values):
    """A prediction of each value from those before it."""
    level, trend, predicted = values[0], 0.0, []
    for value in values:
        predicted.append(level + trend)
        new_level = level + trend + 0.3 * (value - level - trend)
        trend += 0.05 * (new_level - level - trend)
        level = new_level
    return predicted


def smooth(values, width):
    """The mean around each value, weighted by a Gaussian of `width` values."""
    reach = 4 * width
    weights = [math.exp(-((d / width) ** 2) / 2) for d in range(-reach, reach + 1)]
    total = sum(weights)
    padded = [values[0]] * reach + values + [values[-1]] * reach
    return [
        sum(w * v for w, v in zip(weights, padded[i : i + 2 * reach + 1])) / total
        for i in range(len(values))
    ]


def above(capacity, predicted, deviation):
    z = (math.sqrt(capacity) - math.sqrt(max(predicted, 1))) / deviation
    return (1 - math.erf(z / math.sqrt(2))) / 2


def cost(values, predicted, deviation, offset, knows_new):
    total, replicas = 0.0, 1
    for tick in range(offset, offset + WINDOW):
        index = tick // 2
        total += 0.009 * replicas + (0.9 if values[index] > replicas * PER_REPLICA else 0)
        stays = (1.0 if (tick + 1) // 2 == index else 0.0) if knows_new else 0.5
        following = predicted[min(index + 1, len(values) - 1)]

        def price(count):
            capacity = count * PER_REPLICA
            late = stays * (values[index] > capacity)
            late += (1 - stays) * above(capacity, following, deviation)
            return 0.009 * count + 0.9 * late

        wanted = min(range(1, 11), key=price)
        replicas = max(replicas - 1, min(replicas + 1, wanted))
    return total


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    values = read(sys.argv[1])
    predictions = {"the past": holt(values)}
    for width in (3, 6, 10, 20):
        predictions[f"past and future, width {width}"] = smooth(values, width)
    print(f"{'prediction from':28} {'deviation':>9} {'neutral':>8} {'knows the loophole':>19}")
    for name, predicted in predictions.items():
        errors = [
            math.sqrt(values[i]) - math.sqrt(max(predicted[i], 1))
            for offset in OFFSETS
            for i in range(offset // 2, (offset + WINDOW) // 2)
        ]
        deviation = math.sqrt(sum(e * e for e in errors) / len(errors))
        neutral, knowing = (
            sum(cost(values, predicted, deviation, offset, knows) for offset in OFFSETS)
            / len(OFFSETS)
            for knows in (False, True)
        )
        print(f"{name:28} {deviation:9.3f} {neutral:8.1f} {knowing:19.1f}")


main()
