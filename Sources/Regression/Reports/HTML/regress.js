// The list of cells: filters above, sorting in its head.
const cellTable = {
  start() {
    this.table = $("#cell-table");
    if (!this.table) return;
    this.rows = $$("tbody tr", this.table).map((row, place) => ({
      row, place, text: row.textContent.toLowerCase(), gate: row.dataset.gate,
      cells: [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent),
    }));
    this.addFilters();
    $$("th", this.table.tHead).forEach((head, column) => {
      const control = make("button", { type: "button", click: () => this.sort(head, column) }, head.textContent);
      head.replaceChildren(control);
    });
    addEventListener("hashchange", () => this.follow());
    this.follow();
  },

  addFilters() {
    this.text = make("input", { type: "search", placeholder: "text …", "aria-label": "Text in the row", input: () => this.apply() });
    this.selects = ["Document", "Path", "Impairment"].map((name, column) => this.select(name, (entry) => entry.cells[column]));
    this.selects.push(this.select("Gate", (entry) => entry.gate));
    this.count = make("output", { "aria-live": "polite", class: "quiet" });
    this.table.closest(".wide").before(make("div", { class: "controls", role: "search", "aria-label": "Cells" },
      this.text, ...this.selects.map((entry) => entry.select), this.count));
  },

  select(name, value) {
    const values = [...new Set(this.rows.map(value).filter(Boolean))];
    const select = make("select", { "aria-label": name, change: () => this.apply() },
      make("option", { value: "" }, `${name}: all`), ...values.map((text) => make("option", { value: text }, text)));
    return { select, value };
  },

  apply() {
    const words = this.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of this.rows) {
      const fits = words.every((word) => entry.text.includes(word))
        && this.selects.every(({ select, value }) => !select.value || value(entry) === select.value);
      entry.row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    this.count.value = `${shown} of ${this.rows.length} cells`;
  },

  sort(head, column) {
    const isDown = head.getAttribute("aria-sort") === "ascending";
    for (const other of $$("th", this.table.tHead)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const isNumber = head.classList.contains("num");
    this.rows.sort((left, right) => {
      const [a, b] = [left.cells[column], right.cells[column]];
      const order = isNumber ? parseFloat(a) - parseFloat(b) : a.localeCompare(b, "en", { numeric: true });
      return (isDown ? -order : order) || left.place - right.place;
    });
    this.table.tBodies[0].append(...this.rows.map((entry) => entry.row));
  },

  // A link to a cell shows its row, whatever the filters say.
  follow() {
    const row = location.hash.startsWith("#cell-") ? document.getElementById(location.hash.slice(1)) : null;
    for (const entry of this.rows) entry.row.classList.toggle("chosen", entry.row === row);
    if (!row || !this.table.contains(row)) return;
    row.hidden = false;
    row.tabIndex = -1;
    reveal(row);
  },
};

// A button beside each command that copies it; where that is not allowed it is marked instead.
const copying = {
  start() {
    for (const block of $$(".command")) {
      const control = button("Copy", "Copy the command", () => this.copy(block, control));
      block.append(control);
    }
  },

  copy(block, control) {
    const code = $("code", block);
    const mark = () => {
      getSelection().selectAllChildren(code);
      control.textContent = "Marked";
    };
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(code.textContent).then(() => { control.textContent = "Copied"; }, mark);
  },
};

// On paper nothing can be opened.
addEventListener("beforeprint", () => { for (const details of $$("details")) details.open = true; });

$(".tools").append(theme.control());
cellTable.start();
copying.start();
