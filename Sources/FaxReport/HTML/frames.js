// A call: its ladder, and the octets of a frame under the step that it belongs to.
const octets = {
  read() {
    this.data ??= readData($("#frames"));
    return this.data;
  },
  of(key) {
    const frame = this.read().frames[key];
    if (!frame) return null;
    return { time: frame[0], length: frame[1], bytes: Uint8Array.from(atob(frame[2]), (c) => c.charCodeAt(0)) };
  },
  dump(bytes) {
    const lines = [];
    for (let start = 0; start < bytes.length; start += 16) {
      const row = [...bytes.subarray(start, start + 16)];
      const hex = row.map((b, i) => (i === 8 ? " " : "") + b.toString(16).padStart(2, "0")).join(" ").padEnd(49);
      const text = row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "·")).join("");
      lines.push(`${start.toString(16).padStart(4, "0")}  ${hex}  ${text}`);
    }
    return lines.join("\n");
  },
};

class CallView {
  constructor(call) {
    this.call = call;
    this.rows = $$(".ladder tbody tr", call);
    this.data = readData($(".timeline-data", call));
    this.timeline = new Timeline($(".stage", call), this.data, (time, party) => this.chooseAt(time, party));
    this.upgradeFrames();
    this.addFilter();
    call.addEventListener("click", (event) => this.clicked(event));
    call.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.panel) this.close();
    });
  }

  shown() { this.timeline.resize(); }

  // Numbers of frames become buttons: without this script they would do nothing.
  upgradeFrames() {
    for (const frame of $$("span.frame", this.call)) {
      const label = `Octets of frame ${frame.textContent}`;
      const control = make("button", {
        type: "button", class: "frame", "data-frame": frame.dataset.frame, "aria-label": label,
        "aria-expanded": "false",
      }, frame.textContent);
      frame.replaceWith(control);
    }
  }

  addFilter() {
    const layers = [...new Set(this.rows.map((row) => row.classList[0]))];
    if (layers.length < 2) return;
    const names = { sip: "SIP", network: "ICMP", tone: "tones", page: "pages", t30: "T.30", remark: "notes" };
    const boxes = layers.map((layer) => make("label", {}, make("input", {
      type: "checkbox", checked: true, change: (event) => {
        for (const row of this.rows) if (row.classList[0] === layer) row.hidden = !event.target.checked;
      },
    }), names[layer] ?? layer));
    $(".ladder", this.call).before(
      make("fieldset", { class: "filter" }, make("legend", { class: "vh" }, "Steps shown"), ...boxes));
  }

  clicked(event) {
    const frame = event.target.closest(".frame");
    if (frame) {
      event.preventDefault();
      const target = frame.getAttribute("href");
      const row = target ? document.getElementById(target.slice(1)) : frame.closest("tr");
      if (target && row?.matches("tr")) this.choose(row);
      if (row?.matches("tr")) this.open(row, frame, !target);
      return;
    }
    const row = event.target.closest(".ladder tbody tr");
    if (row && row.id && !event.target.closest("a, button")) this.choose(row, false);
  }

  // Marks a step here and on the timeline.
  choose(row, moves = true) {
    row.hidden = false;
    for (const other of $$(".chosen", this.call)) other.classList.remove("chosen");
    row.classList.add("chosen");
    if (moves) reveal(row);
    this.timeline.point(Number(row.dataset.t));
  }

  chooseAt(time, party) {
    let best = null;
    for (const row of this.rows) {
      const away = Math.abs(Number(row.dataset.t) - time) + (party && !$(`.message.${party}`, row) ? 0.02 : 0);
      if (!best || away < best.away) best = { row, away };
    }
    if (best) this.choose(best.row);
  }

  close() {
    const { panel, control } = this;
    this.panel = null;
    const hadFocus = panel.contains(document.activeElement);
    panel.remove();
    control.setAttribute("aria-expanded", "false");
    if (hadFocus) control.focus();
  }

  open(row, control, toggles) {
    const again = toggles && this.panel && this.control === control;
    if (this.panel) this.close();
    if (again) return;
    this.control = control;
    if (control.matches("button")) control.setAttribute("aria-expanded", "true");
    const frame = octets.of(control.dataset.frame);
    const name = `Frame ${control.textContent}`;
    const cut = frame && frame.bytes.length < frame.length ? `, the first ${frame.bytes.length} here` : "";
    const head = frame ? `${name} · ${frame.time} · ${frame.length} octets${cut}` : `${name} · ${octets.read().note}`;
    const dump = frame
      ? make("pre", { tabindex: "0", role: "region", "aria-label": `Octets of frame ${control.textContent}` },
        octets.dump(frame.bytes))
      : null;
    this.panel = make("tr", { class: "octets" }, make("td", { colspan: "4" },
      make("p", {}, head, " ", button("Close", "Close the octets", () => this.close())), this.fields(row), dump));
    row.after(this.panel);
  }

  // What the fields of the step's T.30 frame say.
  fields(row) {
    const set = this.data.fieldsOf[row.id.replace(/^.*-s/, "")];
    const fields = set === undefined ? [] : this.data.fields[set];
    if (!fields.length) return null;
    const cell = (text, name = "td") => make(name, name === "th" ? { scope: "col" } : {}, text);
    return make("table", { class: "fields" },
      make("thead", {}, make("tr", {}, ...["bit", "field", "value", "meaning"].map((t) => cell(t, "th")))),
      make("tbody", {}, ...fields.map((field) => make("tr", {}, ...field.map((t) => cell(t === null ? "" : String(t)))))));
  }
}
