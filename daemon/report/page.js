// The data: title, subtitle, notes; unit ("seconds" or "ticks") and tick (the length of one in it); limit (the utilisation
// that is allowed); baseline (the policy others are measured against); hidden (policies that are not drawn at first);
// metrics (columns of the result table); summary {text, columns, rows}; and groups, each one trace in one variant of the
// setting: facts (sentences), ticks, load {low, high}, runs {policy, values by key of the metrics, low, high, mean, late, cost by
// part of the time, map or null}, pairs {policy, other, difference, low, high, text}.
const data = JSON.parse(document.getElementById("data").textContent);
const hidden = new Set(data.hidden);
let group = data.groups[0];
let redraw = [];  // what depends on the width

const kColors = ["--c0", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7"];
// Its place among the policies that have colours: those that are drawn at first come first, and none of them shares its own.
function place(policy) {
  const all = group.runs.map((run) => run.policy).filter((name) => name !== "optimum" && name !== data.baseline);
  const drawn = (name) => !data.hidden.includes(name);
  return [...all.filter(drawn), ...all.filter((name) => !drawn(name))].indexOf(policy);
}
function color(policy) {
  if (policy === "optimum") return "var(--optimum)";
  if (policy === data.baseline) return "var(--best)";
  return `var(${kColors[place(policy) % kColors.length]})`;
}
function dash(policy) {
  if (policy === "optimum") return "3 3";
  return place(policy) < kColors.length ? "none" : "8 3";
}
const visible = () => group.runs.filter((run) => !hidden.has(run.policy));
const find = (policy) => group.runs.find((run) => run.policy === policy);

function key(policy) {
  return html("span", {class: "key"}, html("i", {style: `background:${color(policy)};border-color:${color(policy)}`}), policy);
}
function card(title, text, ...content) {
  return html("section", {class: "card"}, html("h2", {}, title), html("p", {class: "quiet"}, text), ...content);
}
// A chart that is drawn anew when the width changes.
function chartBox(name, draw) {
  const box = html("div", {class: "chart", "data-chart": name});
  redraw.push(() => draw(box));
  return box;
}

// The beginning of each part in time, and the end of the last.
function startsOf(runs) {
  const parts = runs.cost.length;
  return Array.from({length: parts + 1}, (_, i) => Math.ceil(i * group.ticks / parts) * data.tick);
}
const clock = (chart, time) => `${short(time / chart.time.size)} ${chart.time.name}`;

function table(columns, rows) {
  const best = columns.map((column, i) => column.best
    ? Math.min(...rows.filter((row) => row[0] !== "optimum" && Number.isFinite(row[i])).map((row) => row[i])) : null);
  const head = html("tr", {}, ...columns.map((column) =>
    html("th", {title: column.hint || "", class: column.digits === undefined ? "text" : ""}, column.label)));
  const body = rows.map((row) => html("tr", {}, ...row.map((cell, i) => {
    if (columns[i].digits === undefined) return html("td", {class: "text"}, columns[i].policy ? key(cell) : String(cell));
    return html("td", cell === best[i] ? {class: "best"} : {}, number(cell, columns[i].digits));
  })));
  return html("div", {class: "scroll"}, html("table", {}, html("thead", {}, head), html("tbody", {}, ...body)));
}

function resultCard() {
  const columns = [{label: "policy", policy: true}, ...data.metrics];
  const rows = group.runs.map((run) => [run.policy, ...data.metrics.map((metric) => run.values[metric.key] ?? NaN)]);
  return card("Result on this trace", group.facts.join(" "), table(columns, rows));
}

function supplyCard() {
  const readout = html("div", {class: "readout"});
  const chart = chartBox("supply", (box) => {
    const runs = visible();
    const starts = startsOf(group.runs[0]);
    const most = Math.max(...group.load.high, ...runs.flatMap((run) => run.high));
    const chart = frame(box, {height: 320, length: group.ticks * data.tick, unit: data.unit, low: 0, high: most * 1.05,
      name: "Load and replicas over time"});
    chart.root.append(
      svg("path", {d: band(chart, starts, group.load.low.map(() => 0), group.load.high), fill: "var(--load)", opacity: 0.45}),
      svg("path", {d: band(chart, starts, group.load.low, group.load.high), fill: "var(--load)",
        stroke: "var(--load-edge)", "stroke-width": 0.6}));
    for (const run of runs) {
      chart.root.append(svg("path", {d: band(chart, starts, run.low, run.high), fill: color(run.policy), opacity: 0.16}),
        svg("path", {d: steps(chart, starts, run.mean), fill: "none", stroke: color(run.policy),
          "stroke-width": 1.6, "stroke-dasharray": dash(run.policy), "stroke-linejoin": "round"}));
    }
    const show = (part) => {
      readout.replaceChildren();
      if (part === null) return readout.append("Point at the chart for numbers.");
      const range = (low, high) => low === high ? short(low) : `${short(low)} to ${short(high)}`;
      readout.append(clock(chart, starts[part]), ": load ", html("b", {}, range(group.load.low[part], group.load.high[part])));
      for (const run of runs) readout.append("  ·  ", key(run.policy), " ", html("b", {}, range(run.low[part], run.high[part])));
    };
    show(null);
    onHover(chart, starts, show);
  });
  const strips = html("div", {});
  redraw.push(() => {
    strips.replaceChildren(...visible().map((run) => {
      const picture = svg("svg", {viewBox: `0 0 ${run.late.length} 10`, height: 10, preserveAspectRatio: "none", role: "img",
        "aria-label": `late ticks of ${run.policy}`}, svg("rect", {width: run.late.length, height: 10, fill: "var(--grid)"}));
      run.late.forEach((share, i) => {
        if (share > 0) picture.append(svg("rect", {x: i, width: 1.3, height: 10, fill: "var(--late)", opacity: 0.35 + 0.0065 * share}));
      });
      return html("div", {class: "strip"}, html("span", {}, key(run.policy)), picture);
    }));
  });
  return card("Load against supply", `Grey: the replicas that the load needs to stay within its limit. Lines: the replicas that ` +
    `run. ${thinned()}`, chart, readout, html("p", {class: "quiet"}, "Late: when a limit was violated, the redder the more of the time."), strips);
}

function thinned() {
  const each = group.ticks / group.runs[0].cost.length;
  return each <= 1 ? "Every tick is drawn."
    : `The trace is longer than the page is wide: one step stands for ${short(each)} ticks, its band spans the least and the most of them, its line is their mean.`;
}

// Curves of one value for each policy; `values` gives them of a run.
function curves(name, runs, values, height) {
  const readout = html("div", {class: "readout"});
  const box = chartBox(name, (box) => {
    const shown = runs().map((run) => ({policy: run.policy, values: values(run)}));
    const starts = startsOf(group.runs[0]);
    const all = shown.flatMap((one) => one.values);
    const low = Math.min(0, ...all), high = Math.max(...all, low + 1e-9);
    const chart = frame(box, {height, length: group.ticks * data.tick, unit: data.unit, low, high: high + 0.05 * (high - low), name});
    chart.root.append(svg("line", {x1: chart.left, x2: chart.width - chart.right, y1: chart.y(0), y2: chart.y(0), stroke: "var(--line)"}));
    for (const one of shown) {
      chart.root.append(svg("path", {d: line(chart, starts, one.values), fill: "none", stroke: color(one.policy),
        "stroke-width": 1.8, "stroke-dasharray": dash(one.policy), "stroke-linejoin": "round"}));
    }
    const show = (part) => {
      readout.replaceChildren();
      if (part === null) return readout.append("Point at the chart for numbers.");
      readout.append(clock(chart, starts[part]), ":");
      for (const one of shown) readout.append(" ", key(one.policy), " ", html("b", {}, short(one.values[part])), " ");
    };
    show(null);
    onHover(chart, starts, show);
  });
  return [box, readout];
}

function movingMean(values) {
  const half = Math.max(1, Math.round(values.length / 40));
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1) + value);
  return values.map((_, i) => {
    const from = Math.max(0, i - half), to = Math.min(values.length, i + half + 1);
    return (sums[to] - sums[from]) / (to - from);
  });
}

function cumulative(run, baseline) {
  const starts = startsOf(run);
  let sum = 0;
  return run.cost.map((cost, i) => sum += (cost - baseline.cost[i]) * (starts[i + 1] - starts[i]) / data.tick);
}

function learningCards() {
  const moving = card("Cost as it learns", "Mean cost of a tick in a moving window of a twentieth of the trace. Lower is better.",
    ...curves("cost", visible, (run) => movingMean(run.cost), 240));
  const baseline = find(data.baseline);
  const sum = card(`Saved or lost against ${data.baseline}`,
    `Summed cost minus that of ${data.baseline}, which knew the trace: a curve that falls is beating it.`,
    ...curves("cumulative", () => visible().filter((run) => run !== baseline), (run) => cumulative(run, baseline), 240));
  return html("div", {class: "pair"}, moving, sum);
}

function bars() {
  return chartBox("regret", (box) => {
    box.replaceChildren();
    const width = Math.max(240, box.clientWidth), row = 26, left = Math.min(130, width * 0.36);
    const runs = group.runs;
    const x = scale(0, Math.max(...runs.map((run) => run.values.cost), 1e-12), left, width - 60);
    const root = svg("svg", {viewBox: `0 0 ${width} ${runs.length * row}`, height: runs.length * row, role: "img",
      "aria-label": "Cost of each policy, and how much of it is regret"});
    const optimum = Math.max(0, find("optimum").values.cost);
    runs.forEach((run, i) => {
      const cost = Math.max(0, run.values.cost);
      const known = Math.min(optimum, cost);
      root.append(svg("text", {x: left - 8, y: i * row + 17, "text-anchor": "end", class: "name"}, run.policy),
        svg("rect", {x: left, y: i * row + 5, width: Math.max(0, x(known) - left), height: row - 10, fill: "var(--load)"}),
        svg("rect", {x: x(known), y: i * row + 5, width: Math.max(0, x(cost) - x(known)), height: row - 10, fill: color(run.policy)}),
        svg("text", {x: x(cost) + 6, y: i * row + 17}, short(run.values.cost)));
    });
    box.append(root);
  });
}

function pairChart() {
  return chartBox("pairs", (box) => {
    box.replaceChildren();
    const width = Math.max(240, box.clientWidth), row = 34, right = 12;
    const pairs = group.pairs.filter((pair) => !hidden.has(pair.policy) && !hidden.has(pair.other));
    if (!pairs.length) return box.append("Choose two policies above.");
    const reach = Math.max(...pairs.map((pair) => Math.max(Math.abs(pair.low), Math.abs(pair.high)))) * 1.05 || 1;
    const x = scale(-reach, reach, right, width - right);
    const root = svg("svg", {viewBox: `0 0 ${width} ${pairs.length * row + 24}`, height: pairs.length * row + 24, role: "img",
      "aria-label": "Differences of cost with 95% confidence"});
    pairs.forEach((pair, i) => {
      const sure = pair.high < 0 ? "var(--c2)" : pair.low > 0 ? "var(--late)" : "var(--quiet)";
      const y = i * row + 24;
      root.append(svg("text", {x: right, y: y - 9, class: "name"}, `${pair.policy} against ${pair.other}: ${pair.text}`),
        svg("line", {x1: x(0), x2: x(0), y1: y - 5, y2: y + 8, stroke: "var(--quiet)"}),
        svg("line", {x1: x(pair.low), x2: x(pair.high), y1: y, y2: y, stroke: sure, "stroke-width": 3, "stroke-linecap": "round"}),
        svg("circle", {cx: x(pair.difference), cy: y, r: 4.5, fill: sure}));
    });
    root.append(svg("text", {x: right, y: pairs.length * row + 18}, "← cheaper"),
      svg("text", {x: width - right, y: pairs.length * row + 18, "text-anchor": "end"}, "dearer →"));
    box.append(root);
  });
}

function moneyCards() {
  const regret = card("Cost and regret", "Grey: what the optimum costs, which knows the whole trace. Coloured: the regret above it. Mean of a tick.", bars());
  if (!group.pairs.length) return regret;
  return html("div", {class: "pair"}, regret, card("How sure the differences are",
    "Same windows of the same trace, pair by pair of the policies chosen above: mean difference of cost and its 95% interval (block bootstrap). Green: the first is cheaper for sure; red: dearer.", pairChart()));
}

function mapCard() {
  const runs = group.runs.filter((run) => run.map);
  if (!runs.length) return "";
  const readout = html("div", {class: "readout"}, "Point at the map for numbers.");
  let chosen = runs.find((run) => !hidden.has(run.policy)) || runs[0];
  const draw = (box) => {
    box.replaceChildren();
    const {loads, replicas, wanted} = chosen.map;
    const width = Math.max(240, box.clientWidth), left = 46, bottom = 36, top = 6, right = 10;
    const row = Math.max(6, Math.min(24, 360 / replicas.length)), height = top + row * replicas.length + bottom;
    const root = svg("svg", {viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": "Map of the learned policy"});
    const cell = (width - left - right) / loads.length;
    const most = Math.max(1, ...wanted.flatMap((line, r) => line.map((want) => Math.abs(want - replicas[r]))));
    wanted.forEach((line, r) => line.forEach((want, l) => {
      const change = want - replicas[r];
      const place = {x: left + l * cell, y: top + (replicas.length - 1 - r) * row, width: cell, height: row};
      const strength = change === 0 ? 0 : Math.round(30 + 70 * Math.sqrt(Math.abs(change) / most));
      const fill = `color-mix(in srgb, var(${change > 0 ? "--more" : "--fewer"}) ${strength}%, var(--hold))`;
      root.append(svg("rect", {...place, style: `fill:${fill}`, "shape-rendering": "crispEdges"}));
    }));
    const x = scale(loads[0], loads.at(-1), left + cell / 2, width - right - cell / 2);
    const y = (count) => top + (replicas.length - 0.5 - (count - replicas[0]) / ((replicas[1] ?? replicas[0] + 1) - replicas[0])) * row;
    for (const tick of niceTicks(loads[0], loads.at(-1), width / 90)) {
      root.append(svg("text", {x: x(tick), y: height - bottom + 15, "text-anchor": "middle"}, short(tick)));
    }
    const every = Math.ceil(14 / row);
    replicas.forEach((count, r) => {
      if (r % every === 0) root.append(svg("text", {x: left - 6, y: y(count) + 4, "text-anchor": "end"}, String(count)));
    });
    root.append(svg("text", {x: width - right, y: height - 4, "text-anchor": "end"}, "↑ replicas that run    → load, in replicas that are 100% busy"));
    const last = Math.min(loads.at(-1), replicas.at(-1) * data.limit);
    const first = Math.max(loads[0], replicas[0] * data.limit);
    root.append(svg("line", {x1: x(first), y1: y(first / data.limit), x2: x(last), y2: y(last / data.limit),
      stroke: "var(--ink)", "stroke-dasharray": "5 4"}));
    root.addEventListener("pointermove", (event) => {
      const place = root.getBoundingClientRect();
      const l = Math.floor((event.clientX - place.left - left) / cell);
      const r = replicas.length - 1 - Math.floor((event.clientY - place.top - top) / row);
      if (wanted[r]?.[l] === undefined) return;
      readout.replaceChildren(`Load ${short(loads[l])}, ${replicas[r]} running: wants `, html("b", {}, String(wanted[r][l])), ".");
    });
    box.append(root);
  };
  const box = chartBox("map", draw);
  const choice = html("select", {"aria-label": "policy of the map", onchange: (event) => {
    chosen = runs[event.target.selectedIndex];
    draw(box);
  }}, ...runs.map((run) => html("option", run === chosen ? {selected: ""} : {}, run.policy)));
  const swatch = (name, text) => html("span", {class: "key"}, html("i", {style: `background:var(${name});border-color:var(--line)`}), text);
  return card("What the policy wants", "At the end of the trace, with what it has learned by then: for each load, had it lasted, and each number " +
    "of running replicas, what it wants next. The dashed line is where the load just fits its limit.",
    html("p", {}, choice), box, readout, html("p", {class: "quiet"}, swatch("--more", "more"), " ", swatch("--hold", "as it is"), " ", swatch("--fewer", "fewer"), " – the stronger, the larger the change."));
}

const traces = () => [...new Set(data.groups.map((one) => one.trace))];
function controls() {
  const pick = (trace, variant) => {
    const same = data.groups.filter((one) => one.trace === trace);
    group = same.find((one) => one.variant === variant) || same[0];
    build();
  };
  const option = (name, now) => html("option", name === now ? {value: name, selected: ""} : {value: name}, name);
  const variants = data.groups.filter((one) => one.trace === group.trace).map((one) => one.variant);
  const parts = [html("label", {}, "Trace ", html("select", {onchange: (event) => pick(event.target.value, group.variant)},
    ...traces().map((name) => option(name, group.trace))))];
  if (variants.length > 1) {
    parts.push(html("label", {}, "Setting ", html("select", {onchange: (event) => pick(group.trace, event.target.value)},
      ...variants.map((name) => option(name, group.variant)))));
  }
  parts.push(html("div", {class: "chips"}, ...group.runs.map((run) => html("button", {class: "chip", type: "button",
    "aria-pressed": String(!hidden.has(run.policy)), onclick: () => {
      hidden.has(run.policy) ? hidden.delete(run.policy) : hidden.add(run.policy);
      build();
    }}, html("i", {style: `background:${color(run.policy)};border-color:${color(run.policy)}`}), run.policy))));
  return html("nav", {class: "controls"}, ...parts);
}

function build() {
  const scrolled = window.scrollY;
  redraw = [];
  document.getElementById("page").replaceChildren(
    card("At a glance", data.summary.text, table(data.summary.columns, data.summary.rows)),
    controls(), resultCard(), supplyCard(), learningCards(), moneyCards(), mapCard());
  for (const draw of redraw) draw();
  window.scrollTo(0, scrolled);
}

document.title = data.title;
document.getElementById("title").textContent = data.title;
document.getElementById("subtitle").textContent = data.subtitle;
document.getElementById("notes").replaceChildren(...data.notes.map((note) => html("p", {}, note)));
build();
let lastWidth = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === lastWidth) return;
  lastWidth = window.innerWidth;
  for (const draw of redraw) draw();
});
