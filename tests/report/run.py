#!/usr/bin/env python3
"""Opens the report pages of skep compare in headless Chromium, as narrow as a phone and as wide as a desk.

    SKEP_BIN=build/release/daemon/skep tests/report/run.py [--shots FOLDER]

Ends with 'N passed, N failed, N skipped'. Without Chromium nothing is tested, which it says loudly.
"""

import base64
import gzip
import html
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKEP = os.environ.get("SKEP_BIN", str(HERE.parent.parent / "build/release/daemon/skep"))
HOSTILE = "<img src=x onerror=alert(1)>\"&'"
WIDTHS = (390, 1440)
READ_OUT = ("supply", "cumulative", "regret", "map")  # the charts that tell numbers where one points


class Browser:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def call(self, page, *more):
        """What it writes to standard output, and what the page wrote to its console."""
        done = subprocess.run(
            [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions",
             "--enable-logging=stderr", f"--user-data-dir={self.folder}/profile", "--virtual-time-budget=5000",
             "--window-size=1500,2700", *more, page.as_uri()],
            capture_output=True, text=True, timeout=120, check=True)
        return done.stdout, re.findall(r"CONSOLE[^\"]*\"(.*)\"", done.stderr)

    def framed(self, page, width, script):
        """A page that shows another one at exactly `width`; a window of the browser cannot be that narrow."""
        content = page.read_text().replace("</body>", f"<script>{script}</script></body>")
        frame = self.folder / "frame.html"
        frame.write_text(
            "<!doctype html><meta charset=utf-8><meta name=color-scheme content='light dark'><body style='margin:0'><script>"
            "addEventListener('message', (event) => { const text = document.createElement('pre'); text.id = 'probe';"
            "text.textContent = btoa(unescape(encodeURIComponent(event.data))); document.body.append(text); });</script>"
            f"<iframe style='border:0;width:{width}px;height:2600px' srcdoc=\"{html.escape(content)}\"></iframe>")
        return frame

    def probe(self, page, width, *more):
        frame = self.framed(page, width, (HERE / "probe.js").read_text())
        dom, console = self.call(frame, "--dump-dom", *more)
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom)
        return json.loads(base64.b64decode(found.group(1))) if found else None, console

    def shoot(self, page, width, picture):
        self.call(self.framed(page, width, ""), f"--screenshot={picture}", f"--window-size={max(500, width)},2600")


class Checks:
    def __init__(self):
        self.passed = self.failed = self.wrong = 0

    def that(self, what, good, seen=""):
        if not good:
            self.wrong += 1
            print(f"FAILED: {what}: {seen}")

    def end_test(self, name):
        """Everything since the last call was one test."""
        self.failed += self.wrong > 0
        self.passed += self.wrong == 0
        print(f"{'FAILED' if self.wrong else 'passed'}: {name}")
        self.wrong = 0


def write_traces(folder):
    """A day of load for two traces, one of a file with a hostile name; more ticks than a page is wide."""
    folder.mkdir()
    with open(folder / "day.csv", "w") as csv:
        csv.write("minute,web,api\n")
        for i in range(1440):
            wave = 50 + 40 * math.sin(i / 230)
            csv.write(f"{i},{wave + 7 * (i % 13):.1f},{wave if i % 97 else 4 * wave:.1f}\n")
    with open(folder / f"{HOSTILE}.csv", "w") as csv:
        csv.write("minute,load\n" + "".join(f"{i},{10 + i % 40}\n" for i in range(300)))
    return sorted(str(file) for file in folder.iterdir())


def write_rossi_trace(folder):
    """As many values as the published benchmark needs, of a load that goes up and down between 0 and 9 replicas."""
    folder.mkdir()
    with gzip.open(folder / "nyc_taxi2013_rlad_1min.csv.gz", "wt", compresslevel=1) as csv:
        csv.write("minute,requests\n")
        csv.writelines(f"{i},{900 + 850 * math.sin(i / 230):.0f}\n" for i in range(516131))


def skep(*arguments):
    return subprocess.run([SKEP, *arguments], capture_output=True, text=True, timeout=300, check=True).stdout


def check_view(checks, name, view, charts):
    checks.that(f"{name}: nothing is wider than the window", view["pageWidth"] <= view["width"], view["pageWidth"])
    checks.that(f"{name}: the charts are there", sorted(view["charts"]) == sorted(charts), sorted(view["charts"]))
    for chart, seen in view["charts"].items():
        inside = seen["left"] >= 0 and seen["right"] <= view["width"]
        checks.that(f"{name}: {chart} has a real size inside the window",
                    seen["width"] >= 240 and seen["height"] >= 60 and inside, seen)
        checks.that(f"{name}: {chart} shows something", seen["shapes"] >= 2 and not seen["broken"], seen)
    checks.that(f"{name}: no image came of a name", view["images"] == 0, view["images"])
    checks.that(f"{name}: no two lines look the same", len(set(view["looks"])) == len(view["looks"]), view["looks"])
    checks.that(f"{name}: one strip of late ticks a line", view["strips"] == view["lines"] > 0, view)


def check_page(checks, browser, name, page, charts, policies, traces):
    for width in WIDTHS:
        where = f"{name} at {width} px"
        result, console = browser.probe(page, width)
        checks.that(f"{where}: no message on the console", console == [], console)
        checks.that(f"{where}: the page comes to its end", result is not None)
        if result is None:
            checks.end_test(where)
            continue
        first, everything, last = result["first"], result["all"], result["last"]
        checks.that(f"{where}: the window has that width", first["width"] == width, first["width"])
        checks.that(f"{where}: every trace can be chosen", sorted(first["traces"]) == sorted(traces), first["traces"])
        checks.that(f"{where}: the tables have their rows", first["rows"] >= 2 * policies, first["rows"])
        told = [text for text in result["readouts"] if re.search(r"\d", text)]
        checks.that(f"{where}: pointing at a chart gives numbers", len(told) == len(READ_OUT), result["readouts"])
        checks.that(f"{where}: a chip shows what was hidden", first["lines"] < everything["lines"] == policies,
                    (first["lines"], everything["lines"]))
        checks.that(f"{where}: late ticks are marked", everything["lateParts"] > 0)
        checks.that(f"{where}: another trace can be chosen", result["lastTrace"] == first["traces"][-1], result["lastTrace"])
        for part, view in (("first", first), ("all", everything), ("last", last)):
            check_view(checks, f"{where}, {part}", view, charts)
        checks.end_test(where)
    light, _ = browser.probe(page, 1440)
    dark, _ = browser.probe(page, 1440, "--blink-settings=preferredColorScheme=0")
    checks.that(f"{name}: dark where the reader prefers it", light["first"]["paper"] != dark["first"]["paper"], light["first"]["paper"])
    checks.end_test(f"{name}, light and dark")


def main():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("SKIPPED: the report page was NOT tested, since there is no Chromium here (Debian: apt-get install chromium)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="skep-report-") as name:
        folder = pathlib.Path(name)
        browser = Browser(program, folder)
        files = write_traces(folder / "traces")
        write_rossi_trace(folder / "rossi")
        own, suite, rossi = folder / "own.html", folder / "suite.html", folder / "rossi.html"
        names = ["day:web", "day:api", HOSTILE]
        skep("compare", "--trace", *files, "--startup", "45s", "--report", str(own), "--policy", "q_learning",
             "--policy", "target_tracking", "--policy", "thresholds")
        skep("compare", "--benchmark", "suite", "--traces", str(folder / "traces"), "--report", str(suite),
             "--policy", "target_tracking", "--policy", "thresholds")
        skep("compare", "--benchmark", "rossi", "--traces", str(folder / "rossi"), "--report", str(rossi),
             "--training-part")
        charts = ["cost", "cumulative", "regret", "supply"]
        check_page(checks, browser, "own traces", own, charts + ["map", "pairs"], 5, names)
        check_page(checks, browser, "suite", suite, charts + ["map"], 5, names)
        check_page(checks, browser, "rossi", rossi, charts + ["map"], 15, ["window 1", "window 2"])
        # The checks above are worth something only if a broken page is noticed.
        broken = folder / "broken.html"
        broken.write_text(own.read_text().replace('"use strict";', '"use strict"; missing();'))
        result, console = browser.probe(broken, 1440)
        checks.that("a broken page is noticed", any("missing" in line for line in console), console)
        checks.end_test("a broken page")
        if len(sys.argv) == 3 and sys.argv[1] == "--shots":
            shots = pathlib.Path(sys.argv[2])
            for page in (own, suite, rossi):
                for width in WIDTHS:
                    browser.shoot(page, width, shots / f"{page.stem}-{width}.png")
    print(f"{checks.passed} passed, {checks.failed} failed, 0 skipped")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
