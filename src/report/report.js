"use strict";
(() => {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show());

  const flow = JSON.parse(document.getElementById("flow").textContent);
  const [machine, start, step, play] = ["machine", "start", "step", "play"].map((id) => document.getElementById(id));
  const temperature = (text) => (text === "inf" ? "∞" : text);
  const number = (value, digits) => (value === null ? "∞" : value.toFixed(digits));
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const starts = () => flow.machines[machine.value].starts;
  const steps = () => starts()[start.value].steps;
  const hasFields = flow.machines.some((m) => m.starts.some((s) => s.field !== 0));

  flow.machines.forEach((m, i) => machine.add(new Option(m.name, i)));
  flow.left_out.forEach((name) => {
    const option = new Option(`${name} (left out: too large)`, "");
    option.disabled = true;
    machine.add(option);
  });

  function choose() {
    start.max = starts().length - 1;
    start.value = Math.min(start.value, start.max);
    step.max = steps().length - 1;
    step.value = Math.min(step.value, step.max);
    show();
  }

  function show() {
    if (flow.machines.length === 0) return;
    const from = starts()[start.value];
    const now = steps()[step.value];
    const point = hasFields ? `T = ${temperature(from.temperature)}, H = ${from.field}` : `T = ${temperature(from.temperature)}`;
    document.getElementById("start-text").textContent = point;
    document.getElementById("step-text").textContent = String(now.step);
    const read = (name, at) => `${name}: T = ${number(at[0], 2)}` + (hasFields ? `, H = ${number(at[1], 2)}` : "");
    document.getElementById("reading").textContent =
      `Step ${now.step} from ${point}. Read by ${read("network", now.network)}; by ${read("energy and magnetization", now.exact)}; ` +
      `energy per site ${now.energy.toFixed(3)}, magnetization per site ${now.magnetization.toFixed(3)} (means over the chains).`;
    drawSpins();
    drawPlane();
  }

  // A torus as it is; a ring as a strip for every step so far, the latest lowest.
  function drawSpins() {
    document.getElementById("spins-caption").textContent = `One chain; ${isDark() ? "bright" : "dark"}: spin up.`;
    const canvas = document.getElementById("spins");
    const pen = canvas.getContext("2d");
    const isRing = steps()[0].spins.length === flow.row;
    const rows = isRing ? steps().slice(0, Number(step.value) + 1).map((s) => s.spins) : steps()[step.value].spins.match(new RegExp(`.{${flow.row}}`, "g"));
    const nRows = isRing ? steps().length : rows.length;
    const [width, height] = [canvas.width / flow.row, canvas.height / nRows];
    pen.fillStyle = colour("--paper");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    rows.forEach((row, y) => {
      for (let x = 0; x < row.length; x += 1) {
        pen.fillStyle = colour(row[x] === "1" ? "--up" : "--down");
        pen.fillRect(Math.floor(x * width), Math.floor(y * height), Math.ceil(width), Math.ceil(height));
      }
    });
  }

  // With fields the way in the (T, H) plane, without the temperature against the step.
  function drawPlane() {
    const canvas = document.getElementById("plane");
    const pen = canvas.getContext("2d");
    const frame = { left: 56, right: canvas.width - 14, top: 14, bottom: canvas.height - 46 };
    const all = flow.machines.flatMap((m) => m.starts.map((s) => [Number(s.temperature), s.field]));
    const warmest = Math.max(...all.map((p) => p[0]).filter(Number.isFinite), ...flow.markers.map((m) => m.temperature)) * 1.1 || 1;
    const strongest = Math.max(...all.map((p) => Math.abs(p[1])), 1) * 1.1;
    const lowest = Math.min(...all.map((p) => p[1]), 0) < 0 ? -strongest : 0;
    const last = steps()[steps().length - 1].step;
    const x = hasFields
      ? (t) => frame.left + (Math.min(t, warmest) / warmest) * (frame.right - frame.left)
      : (n) => frame.left + (Math.log1p(n) / Math.log1p(last)) * (frame.right - frame.left);
    const y = hasFields
      ? (h) => frame.bottom - ((Math.max(lowest, Math.min(h, strongest)) - lowest) / (strongest - lowest)) * (frame.bottom - frame.top)
      : (t) => frame.bottom - (Math.min(t, warmest) / warmest) * (frame.bottom - frame.top);
    pen.fillStyle = colour("--paper");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = colour("--faint");
    pen.lineWidth = 1;
    pen.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
    pen.font = "15px system-ui, sans-serif";
    ticks(pen, frame, x, y, hasFields ? [0, warmest] : null, hasFields ? [lowest, strongest] : [0, warmest], last);
    marks(pen, frame, x, y);
    for (const [name, css, dash] of [["network", "--up", [6, 4]], ["exact", "--mark", []]]) {
      const way = steps().slice(0, Number(step.value) + 1).map((s) => {
        const [t, h] = s[name].map((value) => (value === null ? Infinity : value));
        return hasFields ? [x(t), y(h)] : [x(s.step), y(t)];
      });
      pen.strokeStyle = pen.fillStyle = colour(css);
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.beginPath();
      way.forEach(([px, py], i) => (i === 0 ? pen.moveTo(px, py) : pen.lineTo(px, py)));
      pen.stroke();
      pen.setLineDash([]);
      pen.beginPath();
      pen.arc(...way[way.length - 1], 5, 0, 7);
      pen.fill();
    }
    const what = hasFields ? "The way in the plane of temperature and field" : "Temperature against step";
    document.getElementById("plane-caption").textContent =
      `${what}: dashed as the network reads it, full by energy and magnetization. Marked: ${flow.markers.map((m) => `${m.label} (${m.temperature.toFixed(3)})`).join(", ")}` +
      (hasFields && flow.ridge.length ? "; dotted: the line of maximal specific heat." : ".");
  }

  function ticks(pen, frame, x, y, horizontal, vertical, last) {
    pen.fillStyle = colour("--ink");
    pen.textAlign = "center";
    const whole = ([low, high]) => {
      const stride = [0.5, 1, 2, 5, 10].find((s) => (high - low) / s <= 8) || 20;
      const list = [];
      for (let value = Math.ceil(low / stride) * stride; value <= high; value += stride) list.push(value);
      return list;
    };
    const across = horizontal ? whole(horizontal) : [0, 1, 10, 100, 1000, 10000, 100000].filter((n) => n <= last);
    across.forEach((value) => pen.fillText(String(value), x(value), frame.bottom + 18));
    pen.fillText(horizontal ? "temperature T [J/k_B]" : "step", (frame.left + frame.right) / 2, frame.bottom + 38);
    pen.textAlign = "right";
    whole(vertical).forEach((value) => pen.fillText(String(value), frame.left - 6, y(value) + 5));
    pen.save();
    pen.translate(15, (frame.top + frame.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(horizontal ? "field H [J]" : "temperature T [J/k_B]", 0, 0);
    pen.restore();
  }

  function marks(pen, frame, x, y) {
    pen.strokeStyle = colour("--faint");
    pen.lineWidth = 1.5;
    for (const marker of flow.markers) {
      pen.beginPath();
      if (hasFields) {
        const [px, py] = [x(marker.temperature), y(marker.field)];
        pen.moveTo(px - 7, py);
        pen.lineTo(px + 7, py);
        pen.moveTo(px, py - 7);
        pen.lineTo(px, py + 7);
      } else {
        pen.moveTo(frame.left, y(marker.temperature));
        pen.lineTo(frame.right, y(marker.temperature));
      }
      pen.stroke();
    }
    if (hasFields && flow.ridge.length) {
      pen.setLineDash([2, 4]);
      pen.beginPath();
      flow.ridge.forEach(([t, h], i) => (i === 0 ? pen.moveTo(x(t), y(h)) : pen.lineTo(x(t), y(h))));
      pen.stroke();
      pen.setLineDash([]);
    }
  }

  const move = (slider, by) => {
    slider.value = Number(slider.value) + by;
    choose();
  };
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "play";
  };
  const toggle = () => {
    if (timer !== null) return stop();
    if (step.value === step.max) step.value = 0;
    play.textContent = "stop";
    timer = setInterval(() => (step.value === step.max ? stop() : move(step, 1)), 250);
  };
  play.addEventListener("click", toggle);
  for (const control of [machine, start, step]) control.addEventListener("input", choose);
  document.getElementById("view").addEventListener("keydown", (event) => {
    const own = event.target.tagName;
    const keys = { ArrowLeft: [step, -1], ArrowRight: [step, 1], ArrowDown: [start, -1], ArrowUp: [start, 1] };
    if (keys[event.key] && own !== "SELECT") {
      move(...keys[event.key]);
      event.preventDefault();
    } else if (event.key === " " && own !== "BUTTON" && own !== "SELECT") {
      toggle();
      event.preventDefault();
    }
  });
  if (flow.machines.length > 0) {
    document.getElementById("view").hidden = false;
    choose();
  }
})();
