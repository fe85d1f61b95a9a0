// Draws the lanes of the timeline for one width and one stretch of time. Colours come from the style sheet.
const LANE = { ruler: 22, phases: 15, sip: 15, box: 18, label: 13, loss: 7, sound: 96, stream: 52, marks: 20, gap: 6 };
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

class Drawing {
  constructor(data) {
    this.data = data;
    this.widths = new Map();
    this.pen = document.createElement("canvas").getContext("2d");
    this.pen.font = "11px system-ui, sans-serif";
  }

  get left() { return 66; }
  plotWidth(width) { return Math.max(1, width - this.left - 8); }

  // Lanes that can be hidden: key and name.
  groups() {
    const groups = [];
    if (this.data.sides.some((side) => side.pictures.length)) groups.push(["sound", "spectrogram"]);
    if (this.data.streams.length) groups.push(["streams", "loss and delay"]);
    return groups;
  }

  textWidth(text) {
    if (!this.widths.has(text)) this.widths.set(text, this.pen.measureText(text).width * 1.04);
    return this.widths.get(text);
  }

  // MARK: Whole

  lanes(width, view, hidden, chosen) {
    this.view = view;
    this.width = width;
    this.scale = this.plotWidth(width) / (view.to - view.from);
    const root = shape("svg", { width, "aria-hidden": "true" });
    this.back = shape("g");
    this.front = shape("g");
    this.names = shape("g");
    this.root = root;
    let y = this.ruler();
    y = this.phases(y);
    y = this.sip(y);
    for (const side of this.data.sides) y = this.side(side, y, !hidden.has("sound"));
    if (!hidden.has("streams")) for (const stream of this.data.streams) y = this.stream(stream, y);
    y = this.marks(y);
    this.grid(y, chosen);
    const id = `clip-${Drawing.count = (Drawing.count ?? 0) + 1}`;
    root.append(
      shape("clipPath", { id }, shape("rect", { x: this.left, y: 0, width: this.plotWidth(width), height: y })),
      shape("g", { "clip-path": `url(#${id})` }, this.back, this.front), this.names);
    root.setAttribute("height", y);
    root.setAttribute("viewBox", `0 0 ${width} ${y}`);
    return root;
  }

  x(time) { return this.left + (time - this.view.from) * this.scale; }
  sees(from, to) { return to >= this.view.from && from <= this.view.to; }
  name(text, y, style = "name") { this.names.append(shape("text", { x: 0, y, class: style }, text)); }

  // MARK: Axis

  ruler() {
    const step = TICKS.find((tick) => tick * this.scale >= 70) ?? 3600;
    const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
    this.ticks = [];
    for (let n = Math.ceil(this.view.from / step); n * step <= this.view.to; n += 1) {
      this.ticks.push(n * step);
      this.names.append(shape("text", { x: this.x(n * step), y: 14, class: "tick" }, `${(n * step).toFixed(digits)}`));
    }
    this.name("seconds", 14);
    return LANE.ruler;
  }

  grid(height, chosen) {
    for (const time of this.ticks) {
      const x = Math.round(this.x(time)) + 0.5;
      this.back.append(shape("line", { x1: x, x2: x, y1: 18, y2: height, class: "grid" }));
    }
    if (chosen === undefined) return;
    const x = this.x(chosen);
    this.front.append(shape("line", { x1: x, x2: x, y1: 0, y2: height, class: "cursor" }));
  }

  phases(y) {
    if (!this.data.phases.length) return y;
    this.name("phase", y + 11);
    this.data.phases.forEach(([phase, from, to], index) => {
      if (!this.sees(from, to)) return;
      const [x, end] = [Math.max(this.x(from), this.left), Math.min(this.x(to), this.width)];
      const attributes = { x, y, width: Math.max(1, end - x), height: LANE.phases - 2, class: `phase p${index % 2}`,
        "data-tip": `phase ${phase}, ${from.toFixed(2)}–${to.toFixed(2)} s` };
      this.front.append(shape("rect", attributes));
      if (end - x > 12) this.front.append(shape("text", { x: (x + end) / 2, y: y + 10.5, class: "tick" }, phase));
    });
    return y + LANE.phases + LANE.gap;
  }

  // MARK: Labels

  // Rows of labels below points: each in the first row where it touches no other. Returns the rows used.
  hang(labels, y, top, rows) {
    const ends = new Array(rows).fill(-Infinity);
    let used = 0;
    for (const label of labels) {
      const width = this.textWidth(label.text);
      const x = clamp(label.x, this.left, this.width - width - 12);
      const row = ends.findIndex((end) => x >= end + 6);
      if (row < 0) continue;
      ends[row] = x + width;
      used = Math.max(used, row + 1);
      const base = y + row * LANE.label + 10;
      this.back.append(shape("line", { x1: label.x, x2: label.x, y1: top, y2: base - 7, class: "hang" }));
      this.front.append(shape("text", { x: x + 2, y: base, class: `label ${label.style ?? ""}`, ...label.data }, label.text));
    }
    return used;
  }

  sip(y) {
    const seen = this.data.sip.filter(([time]) => this.sees(time, time));
    if (!this.data.sip.length) return y;
    this.name("SIP", y + 11);
    const labels = [];
    for (const [time, label, title, frame, from] of seen) {
      const x = this.x(time);
      const data = { "data-t": time, "data-tip": title, ...(from ? { "data-party": from } : {}) };
      this.front.append(shape("rect", { x: x - 1.5, y, width: 3, height: LANE.sip - 3, class: "sip", ...data }));
      labels.push({ x, text: frame === null ? label : `${label} ${frame}`, style: "siptext", data });
    }
    const rows = Math.max(1, this.hang(labels, y + LANE.sip - 2, y + LANE.sip - 3, 3));
    return y + LANE.sip + rows * LANE.label + LANE.gap;
  }

  // MARK: Sides

  side(side, y, withSound) {
    this.name(side.name, y + 12, "name strong");
    this.name(side.codecs, y + 25);
    if (withSound && side.pictures.length) y = this.sound(side, y);
    const labels = this.boxes(side, y);
    const rows = Math.max(1, this.hang(labels, y + LANE.box + LANE.loss + 1, y + LANE.box, 2));
    for (const [from, to, style] of side.losses) {
      if (!this.sees(from, to)) continue;
      const x = this.x(from);
      this.front.append(shape("rect", { x, y: y + LANE.box + 1, width: Math.max(1.5, this.x(to) - x),
        height: LANE.loss - 2, class: `loss ${style}`, "data-t": from, "data-tip": this.lossTip(from, to, style) }));
    }
    return y + LANE.box + LANE.loss + rows * LANE.label + LANE.gap;
  }

  lossTip(from, to, style) {
    const what = { lost: "packets lost", repaired: "packets lost and repaired", slip: "samples slipped" }[style];
    return `${what ?? style}, ${from.toFixed(3)}–${to.toFixed(3)} s`;
  }

  sound(side, y) {
    for (const [from, to, png] of side.pictures) {
      if (!this.sees(from, to)) continue;
      this.back.append(shape("image", { x: this.x(from), y, width: Math.max(1, (to - from) * this.scale),
        height: LANE.sound, preserveAspectRatio: "none", href: `data:image/png;base64,${png}`, class: "sound" }));
    }
    this.name("4 kHz", y + 38);
    this.name("0", y + LANE.sound);
    return y + LANE.sound + 2;
  }

  // Boxes of one side; returns the labels that found no room in theirs.
  boxes(side, y) {
    const labels = [];
    let drawn = -Infinity;
    for (const item of side.items) {
      if (!this.sees(item.s, item.e)) continue;
      const [x, end] = [Math.max(this.x(item.s), this.left - 2), Math.min(this.x(item.e), this.width + 2)];
      if (end < drawn + 0.6 && !item.told && !item.bad) continue;
      drawn = Math.max(drawn, end);
      const frame = item.f === null ? "" : `, frame ${item.f}`;
      const data = { "data-t": item.s, "data-tip": item.t + frame, ...(side.party ? { "data-party": side.party } : {}) };
      this.front.append(shape("rect", { x, y, width: Math.max(1, end - x), height: LANE.box,
        class: `box ${item.k}${item.bad ? " damaged" : ""}`, ...data }));
      for (const [from, to] of item.flaws) {
        this.front.append(shape("rect", { x: this.x(from), y: y + 1, width: Math.max(1, this.x(to) - this.x(from)),
          height: 4, class: "loss lost" }));
      }
      const names = item.f === null ? item.l : [`${item.l[0]} ${item.f}`, ...item.l];
      const fits = names.find((text) => this.textWidth(text) < end - x - 6);
      if (fits) this.front.append(shape("text", { x: x + 3, y: y + 12.5, class: "inside", ...data }, fits));
      else if (item.told && item.s >= this.view.from) labels.push({ x: x + 0.5, text: item.l.at(-1), data });
    }
    return labels;
  }

  // MARK: Streams

  stream(stream, y) {
    const height = LANE.stream;
    const base = y + height - 4;
    const lines = [["delay", stream.delay], ["jitter", stream.jitter], ["gap", stream.delay.length ? [] : stream.gap]]
      .filter(([, values]) => values.some((value) => value !== null));
    const top = Math.max(10, ...lines.flatMap(([, values]) => values.map((value) => value ?? 0)));
    const unit = (height - 20) / top;
    this.names.append(shape("text", { x: 0, y: y + 12, class: "name" }, stream.name.split(" ")[0]));
    this.name(top < 1000 ? `${top.toFixed(0)} ms` : `${(top / 1000).toFixed(1)} s`, y + 26, "name small");
    this.name("0", base, "name small");
    this.back.append(shape("line", { x1: this.left, x2: this.width, y1: base, y2: base, class: "base" }));
    this.bars(stream, base, height - 16);
    for (const [name, values] of lines) this.line(stream, name, values, base, unit);
    this.legend(stream, lines, y + 11);
    return y + height + LANE.gap;
  }

  legend(stream, lines, y) {
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const most = (values) => Math.max(0, ...values.map((value) => value ?? 0)).toFixed(1);
    const parts = [[stream.name, "plain"], ...lines.map(([name, values]) => [`${name} to ${most(values)} ms`, name])];
    if (sum(stream.lost)) parts.push([`${sum(stream.lost)} lost`, "lost"]);
    if (sum(stream.repaired)) parts.push([`${sum(stream.repaired)} repaired`, "repaired"]);
    let x = this.left + 4;
    for (const [text, style] of parts) {
      this.names.append(shape("text", { x, y, class: `legend ${style}`, "data-tip": stream.way }, text));
      x += this.textWidth(text) + 14;
    }
  }

  bars(stream, base, height) {
    stream.packets.forEach((packets, index) => {
      const [lost, repaired] = [stream.lost[index], stream.repaired[index]];
      const from = stream.start + index * stream.step;
      if (!(lost || repaired) || !this.sees(from, from + stream.step)) return;
      const all = packets + lost + repaired;
      const tip = `${lost} lost, ${repaired} repaired, ${packets} came, ${from.toFixed(1)}–${(from + stream.step).toFixed(1)} s`;
      let y = base;
      for (const [count, style] of [[lost, "lost"], [repaired, "repaired"]]) {
        const tall = count ? Math.max(2, (count / all) * height) : 0;
        y -= tall;
        if (tall) this.back.append(shape("rect", { x: this.x(from), y, width: Math.max(1, stream.step * this.scale - 0.5),
          height: tall, class: `loss ${style}`, "data-t": from, "data-tip": tip }));
      }
    });
  }

  line(stream, name, values, base, unit) {
    let path = "";
    let isOpen = false;
    values.forEach((value, index) => {
      const from = stream.start + index * stream.step;
      if (value === null || !this.sees(from - stream.step, from + 2 * stream.step)) { isOpen = false; return; }
      path += `${isOpen ? "L" : "M"}${(this.x(from + stream.step / 2)).toFixed(1)} ${(base - value * unit).toFixed(1)}`;
      isOpen = true;
    });
    if (path) this.back.append(shape("path", { d: path, class: `series ${name}` }));
  }

  // MARK: Findings and overview

  marks(y) {
    if (!this.data.marks.length) return y;
    this.name("findings", y + 13);
    for (const [number, time, row] of this.data.marks) {
      if (!this.sees(time, time)) continue;
      const x = clamp(this.x(time), this.left + 8, this.width - 17);
      this.back.append(shape("line", { x1: x, x2: x, y1: LANE.ruler, y2: y, class: "evidence-line" }));
      this.front.append(shape("g", { class: "finding-mark", "data-finding": number, "data-t": time,
        "data-tip": `evidence of finding ${number}`, "data-row": row },
        shape("circle", { cx: x, cy: y + 9, r: 8 }), shape("text", { x, y: y + 13, class: "tick" }, String(number))));
    }
    return y + LANE.marks;
  }

  overview(width, whole, view) {
    const height = 26;
    const scale = this.plotWidth(width) / (whole.to - whole.from);
    const x = (time) => this.left + (time - whole.from) * scale;
    const root = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` },
      shape("rect", { x: this.left, y: 0, width: this.plotWidth(width), height, class: "strip-back" }));
    this.data.sides.forEach((side, lane) => {
      const y = 3 + (lane % 2) * 11;
      let drawn = -Infinity;
      for (const item of side.items) {
        if (x(item.e) < drawn + 0.5) continue;
        drawn = x(item.e);
        root.append(shape("rect", { x: x(item.s), y, width: Math.max(0.7, x(item.e) - x(item.s)), height: 8, class: `box ${item.k}` }));
      }
    });
    root.append(shape("rect", { x: x(view.from), y: 0.75, width: Math.max(2, (view.to - view.from) * scale),
      height: height - 1.5, class: "window" }));
    return root;
  }

  // The stretch that a brush holds.
  band(element, view, from, to) {
    const svg = $("svg", element);
    const scale = this.plotWidth(this.width) / (view.to - view.from);
    $(".brush", svg)?.remove();
    const x = this.left + (Math.min(from, to) - view.from) * scale;
    svg.append(shape("rect", { x, y: 0, width: Math.abs(to - from) * scale, height: svg.getAttribute("height"), class: "brush" }));
  }
}
