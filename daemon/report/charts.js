// Small SVG charts. Text only ever goes in as text, never as markup.
const kSvg = "http://www.w3.org/2000/svg";

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(kSvg, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const scale = (low, high, from, to) => (value) => from + (value - low) / (high - low || 1) * (to - from);

function niceTicks(low, high, count) {
  const rough = (high - low || 1) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) || rough;
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; ++i) ticks.push(i * step);
  return ticks;
}

function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

const short = (value) => Math.abs(value) >= 1000 ? number(value, 0) : String(Number(value.toPrecision(3)));

// Labels of a time axis: `unit` is "ticks", or seconds that become minutes, hours or days.
function timeUnit(unit, length) {
  if (unit === "ticks") return {name: "ticks", size: 1};
  if (length > 4 * 86400) return {name: "days", size: 86400};
  if (length > 3 * 3600) return {name: "hours", size: 3600};
  return {name: "minutes", size: 60};
}

// An empty chart with axes: x from 0 to `length`, y from `low` to `high`.
function frame(box, {height, length, unit, low, high, name}) {
  box.replaceChildren();
  const width = Math.max(240, box.clientWidth);
  const left = 46, right = 10, top = 10, bottom = 34;
  const x = scale(0, length, left, width - right);
  const y = scale(low, high, height - bottom, top);
  const root = svg("svg", {viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": name});
  for (const tick of niceTicks(low, high, height / 42)) {
    root.append(svg("line", {x1: left, x2: width - right, y1: y(tick), y2: y(tick), stroke: "var(--grid)"}),
      svg("text", {x: left - 6, y: y(tick) + 4, "text-anchor": "end"}, short(tick)));
  }
  const time = timeUnit(unit, length);
  for (const tick of niceTicks(0, length / time.size, width / 110)) {
    const at = x(tick * time.size);
    root.append(svg("line", {x1: at, x2: at, y1: height - bottom, y2: height - bottom + 4, stroke: "var(--line)"}),
      svg("text", {x: at, y: height - bottom + 16, "text-anchor": "middle"}, short(tick)));
  }
  root.append(svg("text", {x: width - right, y: height - 3, "text-anchor": "end"}, time.name));
  box.append(root);
  return {root, x, y, left, right, top, bottom, width, height, time};
}

// A value for each part, in steps.
function steps(chart, starts, values) {
  let path = `M${chart.x(starts[0]).toFixed(1)} ${chart.y(values[0]).toFixed(1)}`;
  values.forEach((value, i) => { path += `V${chart.y(value).toFixed(1)}H${chart.x(starts[i + 1]).toFixed(1)}`; });
  return path;
}

// From the least to the most of each part, in steps.
function band(chart, starts, low, high) {
  let back = "";
  for (let i = low.length - 1; i >= 0; --i) {
    back += `V${chart.y(low[i]).toFixed(1)}H${chart.x(starts[i]).toFixed(1)}`;
  }
  return steps(chart, starts, high) + back + "Z";
}

function line(chart, starts, values) {
  return "M" + values.map((value, i) =>
    `${chart.x((starts[i] + starts[i + 1]) / 2).toFixed(1)} ${chart.y(value).toFixed(1)}`).join("L");
}

// Calls `show` with the part under the pointer, or null when it leaves.
function onHover(chart, starts, show) {
  const cursor = svg("line", {y1: chart.top, y2: chart.height - chart.bottom, stroke: "var(--quiet)",
    "stroke-dasharray": "2 3", visibility: "hidden"});
  const plane = svg("rect", {x: chart.left, y: chart.top, width: chart.width - chart.left - chart.right,
    height: chart.height - chart.top - chart.bottom, fill: "transparent"});
  plane.addEventListener("pointermove", (event) => {
    const place = plane.getBoundingClientRect();
    const parts = starts.length - 1;
    const part = Math.min(parts - 1, Math.max(0, Math.floor((event.clientX - place.left) / place.width * parts)));
    const at = chart.x((starts[part] + starts[part + 1]) / 2);
    cursor.setAttribute("x1", at);
    cursor.setAttribute("x2", at);
    cursor.setAttribute("visibility", "visible");
    show(part);
  });
  plane.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    show(null);
  });
  chart.root.append(cursor, plane);
}
