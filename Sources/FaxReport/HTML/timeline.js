// The timeline: one axis for all lanes, with keys, buttons, wheel and pointer to zoom and pan.
const LEAST_SPAN = 0.05;

class Timeline {
  constructor(stage, data, choose) {
    this.data = data;
    this.choose = choose;
    this.whole = { from: data.from, to: Math.max(data.to, data.from + 1) };
    this.view = { ...this.whole };
    this.width = 0;
    this.hidden = new Set();
    this.drawing = new Drawing(data);
    this.build(stage);
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  build(stage) {
    const number = (name, change) => make("label", {}, `${name} `, make("input", {
      type: "number", step: "0.1", min: this.whole.from.toFixed(1), max: this.whole.to.toFixed(1),
      change: (event) => change(Number(event.target.value)),
    }), " s");
    this.from = number("from", (value) => this.set(value, Math.max(this.view.to, value + LEAST_SPAN)));
    this.to = number("to", (value) => this.set(Math.min(this.view.from, value - LEAST_SPAN), value));
    this.status = make("output", { class: "vh", "aria-live": "polite" });
    this.plot = make("div", {
      class: "plot", tabindex: "0", role: "group",
      "aria-label": "Timeline. Plus and minus zoom, arrows move, zero shows all; the ladder tells the same as a table.",
    });
    this.strip = make("div", { class: "strip", "aria-hidden": "true" });
    this.tip = make("div", { class: "tip", hidden: true });
    stage.append(
      make("div", { class: "controls" },
        button("−", "Zoom out", () => this.zoom(2)), button("+", "Zoom in", () => this.zoom(0.5)),
        button("‹", "Earlier", () => this.pan(-0.4)), button("›", "Later", () => this.pan(0.4)),
        button("All", "Show all", () => this.set(this.whole.from, this.whole.to)),
        this.from, this.to, ...this.lanesControl(), this.status),
      this.strip, this.plot, this.tip,
      make("p", { class: "hint" }, "Drag to move, Shift and drag to enlarge a range, Ctrl and wheel to zoom "
        + "(wheel alone once the timeline has the focus). Keys: + − ← → 0."));
    this.listen();
  }

  lanesControl() {
    return this.drawing.groups().map(([key, name]) => make("label", {}, make("input", {
      type: "checkbox", checked: true, change: (event) => {
        this.hidden[event.target.checked ? "delete" : "add"](key);
        this.draw();
      },
    }), name));
  }

  // MARK: View

  set(from, to) {
    if (!Number.isFinite(from) || !Number.isFinite(to)) return this.draw();
    const limit = this.whole.to - this.whole.from;
    const span = clamp(to - from, Math.min(LEAST_SPAN, limit), limit);
    const start = clamp(from, this.whole.from, this.whole.to - span);
    this.view = { from: start, to: start + span };
    this.status.value = `${start.toFixed(2)} to ${this.view.to.toFixed(2)} seconds`;
    this.draw();
  }

  zoom(by, at = (this.view.from + this.view.to) / 2) {
    this.set(at - (at - this.view.from) * by, at + (this.view.to - at) * by);
  }

  pan(by) {
    const step = (this.view.to - this.view.from) * by;
    this.set(this.view.from + step, this.view.to + step);
  }

  // Shows a time, moving as little as it must.
  point(time) {
    this.chosen = time;
    const span = this.view.to - this.view.from;
    if (time < this.view.from || time > this.view.to) this.set(time - span / 2, time + span / 2);
    else this.draw();
  }

  time(event, element = this.plot, view = this.view) {
    const box = element.getBoundingClientRect();
    const part = (event.clientX - box.left - this.drawing.left) / this.drawing.plotWidth(box.width);
    return view.from + clamp(part, 0, 1) * (view.to - view.from);
  }

  // MARK: Input

  listen() {
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.plot.addEventListener("pointerdown", (event) => this.press(event));
    this.plot.addEventListener("pointermove", (event) => this.hover(event));
    this.plot.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.plot.addEventListener("dblclick", (event) => this.zoom(0.4, this.time(event)));
    this.strip.addEventListener("pointerdown", (event) => this.brush(event, this.strip, this.whole));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.plot) return;
    const acts = {
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), ArrowLeft: () => this.pan(-0.2),
      ArrowRight: () => this.pan(0.2), Home: () => this.pan(-1e6), End: () => this.pan(1e6),
      0: () => this.set(this.whole.from, this.whole.to),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !this.plot.contains(document.activeElement)) return;
    event.preventDefault();
    const steps = (event.deltaMode === 1 ? 20 : 1) * (event.shiftKey ? event.deltaY || event.deltaX : event.deltaX);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(steps / 800);
    else this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(event));
  }

  press(event) {
    if (event.button !== 0) return;
    if (event.shiftKey) return this.brush(event, this.plot, this.view);
    const start = { x: event.clientX, view: { ...this.view }, moved: false };
    const target = event.target;
    this.follow(event, (move) => {
      if (Math.abs(move.clientX - start.x) > 3) start.moved = true;
      if (!start.moved) return;
      const span = start.view.to - start.view.from;
      const by = ((start.x - move.clientX) / this.drawing.plotWidth(this.width)) * span;
      this.set(start.view.from + by, start.view.to + by);
    }, () => { if (!start.moved) this.click(target); });
  }

  // Calls `moved` until the pointer is let go, then `done`.
  follow(event, moved, done) {
    const stop = new AbortController();
    const end = (last) => {
      stop.abort();
      done(last);
    };
    addEventListener("pointermove", moved, { signal: stop.signal });
    addEventListener("pointerup", end, { signal: stop.signal });
    addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
  }

  brush(event, element, view) {
    event.preventDefault();
    const held = { ...view };
    const start = this.time(event, element, held);
    this.follow(event, (move) => this.drawing.band(element, held, start, this.time(move, element, held)), (last) => {
      const end = this.time(last, element, held);
      if (Math.abs(end - start) > 0.01 * (held.to - held.from)) this.set(Math.min(start, end), Math.max(start, end));
      else this.draw();
    });
  }

  click(target) {
    const item = target.closest("[data-t]");
    const mark = target.closest("[data-finding]");
    if (mark) router.go(`${this.plot.closest(".call").id}-f${mark.dataset.finding}`);
    else if (item) this.choose(Number(item.dataset.t), item.dataset.party);
  }

  hover(event) {
    const item = event.target.closest?.("[data-tip]");
    const box = this.plot.getBoundingClientRect();
    if (event.clientX - box.left < this.drawing.left) { this.tip.hidden = true; return; }
    const time = `${this.time(event).toFixed(3)} s`;
    this.tip.textContent = item ? `${time}\n${item.dataset.tip}` : time;
    this.tip.hidden = false;
    const stage = this.tip.parentElement.getBoundingClientRect();
    const right = event.clientX - stage.left + 14;
    this.tip.style.left = `${right + this.tip.offsetWidth > stage.width ? right - this.tip.offsetWidth - 24 : right}px`;
    this.tip.style.top = `${event.clientY - stage.top + 16}px`;
  }

  // MARK: Drawing

  resize() {
    const width = this.plot.clientWidth;
    if (width === 0 || width === this.width) return;
    this.width = width;
    this.draw();
  }

  draw() {
    for (const [label, value] of [[this.from, this.view.from], [this.to, this.view.to]]) {
      const input = $("input", label);
      if (document.activeElement !== input) input.value = value.toFixed(2);
    }
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      if (this.width === 0) return;
      this.plot.replaceChildren(this.drawing.lanes(this.width, this.view, this.hidden, this.chosen));
      this.strip.replaceChildren(this.drawing.overview(this.width, this.whole, this.view));
    });
  }
}
