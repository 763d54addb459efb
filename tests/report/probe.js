// Goes into a copy of the page: uses it as a person would, and writes down what there is to see.
function seen() {
  const charts = {};
  for (const box of document.querySelectorAll("[data-chart]")) {
    const picture = box.querySelector("svg");
    const place = picture ? picture.getBoundingClientRect() : {width: 0, height: 0, left: 0, right: 0};
    charts[box.dataset.chart] = {
      width: place.width, height: place.height, left: place.left, right: place.right,
      shapes: box.querySelectorAll("path, rect, circle").length,
      broken: [...box.querySelectorAll("*")].some((node) => [...node.attributes].some((a) => /NaN|undefined|Infinity/.test(a.value))),
    };
  }
  return {
    width: window.innerWidth,
    pageWidth: document.documentElement.scrollWidth,
    charts,
    rows: document.querySelectorAll("tbody tr").length,
    traces: [...document.querySelectorAll("nav label:first-child option")].map((option) => option.textContent),
    strips: document.querySelectorAll(".strip svg").length,
    lateParts: document.querySelectorAll(".strip rect[fill='var(--late)']").length,
    lines: document.querySelectorAll("[data-chart='supply'] path[fill='none']").length,
    looks: [...document.querySelectorAll("[data-chart='supply'] path[fill='none']")].map(
      (line) => `${line.getAttribute("stroke")} ${line.getAttribute("stroke-dasharray")}`),
    images: document.querySelectorAll("img").length,
    paper: getComputedStyle(document.body).backgroundColor,
  };
}

function readouts() {
  return [...document.querySelectorAll(".readout")].map((node) => node.textContent);
}

const result = {first: seen()};
for (const plane of document.querySelectorAll("[data-chart] rect[fill='transparent']")) {
  const place = plane.getBoundingClientRect();
  plane.dispatchEvent(new PointerEvent("pointermove", {clientX: place.left + place.width / 2, clientY: place.top + 5}));
}
for (const map of document.querySelectorAll("[data-chart='map'] svg")) {
  const place = map.getBoundingClientRect();
  map.dispatchEvent(new PointerEvent("pointermove", {clientX: place.left + place.width / 2, clientY: place.top + place.height / 2}));
}
result.readouts = readouts();
for (const chip of [...document.querySelectorAll(".chip[aria-pressed='false']")]) {
  [...document.querySelectorAll(".chip")].find((one) => one.textContent === chip.textContent).click();
}
result.all = seen();
const select = document.querySelector("nav select");
select.value = select.options[select.options.length - 1].value;
select.dispatchEvent(new Event("change"));
result.last = seen();
result.lastTrace = document.querySelector("nav select").value;
parent.postMessage(JSON.stringify(result), "*");
