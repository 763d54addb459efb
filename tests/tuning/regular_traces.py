#!/usr/bin/env python3
"""Makes loads that repeat exactly, without any noise, which real traffic never is.

    regular_traces.py FOLDER

Writes one file for each kind into FOLDER: constant, square waves of five lengths, a saw, a sine,
and three levels in turn, fast and slow.
"""
import math
import pathlib
import sys

ROWS = 6000
LEVELS = (20, 60, 100)


def loads():
    yield "constant", lambda row: 100
    for half in (2, 4, 10, 60, 200):
        yield f"square_{half}", lambda row, half=half: 100 if row // half % 2 else 40
    yield "saw", lambda row: 40 + row % 30 * 2
    yield "sine", lambda row: 100 + 50 * math.sin(row / 50)
    for rows in (45, 500):
        yield f"levels_{rows}", lambda row, rows=rows: LEVELS[row // rows % len(LEVELS)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, load in loads():
        with open(folder / f"{name}.csv", "w", encoding="ascii") as file:
            file.write("row,load\n")
            file.writelines(f"{row},{load(row)}\n" for row in range(ROWS))


if __name__ == "__main__":
    main()
