#!/usr/bin/env python3
"""Puts real load into other shapes, to try the learners on what no constant was chosen on.

    reshape_traces.py TRACES FOLDER

Writes one file for each shape into FOLDER: every column of TRACES/*.csv but the first backwards,
and in rows 2, 5 and 10 times as long where 700 of them are left; and of the year of taxis in
TRACES/nyc_taxi2013_rlad_1min.csv.gz a part, a part backwards, and rows of 10 and 60 minutes.
"""
import csv
import gzip
import pathlib
import sys

LEAST_ROWS = 700
MOST_ROWS = 20000  # that the suite uses


def columns(path):
    with open(path, encoding="ascii") as file:
        names, *rows = csv.reader(file)
    return {
        name: [float(row[i]) for row in rows if row[i]] for i, name in enumerate(names) if i > 0
    }


def coarser(load, rows):
    return [sum(load[i : i + rows]) for i in range(0, len(load) - rows + 1, rows)]


def shapes(traces):
    for path in sorted(traces.glob("*.csv")):
        for name, load in columns(path).items():
            yield f"{path.stem}_{name}_backwards", load[::-1]
            for rows in (2, 5, 10):
                if len(load) >= rows * LEAST_ROWS:
                    yield f"{path.stem}_{name}_rows_of_{rows}", coarser(load, rows)
    with gzip.open(traces / "nyc_taxi2013_rlad_1min.csv.gz", "rt", encoding="ascii") as file:
        taxis = [float(line) for line in file.read().split()[1:]]
    yield "taxis", taxis[220000:]
    yield "taxis_backwards", taxis[60000::-1]
    yield "taxis_rows_of_10", coarser(taxis[100000:300000], 10)
    yield "taxis_rows_of_60", coarser(taxis, 60)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    traces, folder = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for name, load in shapes(traces):
        lines = [f"{i},{value:.6g}\n" for i, value in enumerate(load[:MOST_ROWS])]
        (folder / f"{name}.csv").write_text("row,load\n" + "".join(lines), encoding="ascii")


main()
