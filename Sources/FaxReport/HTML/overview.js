// The table of calls: filters above, sorting in its head.
const overviewTable = {
  start() {
    this.table = $("#calls");
    if (!this.table) return;
    this.rows = $$("tbody tr", this.table).map((row, place) => ({
      row, place, text: row.textContent.toLowerCase(), cells: [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent),
      outcome: row.dataset.outcome, cause: row.dataset.cause,
    }));
    this.addFilters();
    $$("th", this.table.tHead).forEach((head, column) => this.sortable(head, column));
  },

  column(key) { return $$("th", this.table.tHead).findIndex((head) => head.dataset.key === key); },

  addFilters() {
    const carrier = this.column("carrier");
    for (const entry of this.rows) entry.carrier = entry.cells[carrier];
    this.text = make("input", { type: "search", placeholder: "number, text …", "aria-label": "Number or text", input: () => this.apply() });
    this.selects = [["outcome", "Outcome"], ["carrier", "Carried by"], ["cause", "Root cause"]].map(([key, name]) => {
      const values = [...new Set(this.rows.map((entry) => entry[key]).filter(Boolean))].sort();
      const select = make("select", { "aria-label": name, change: () => this.apply() },
        make("option", { value: "" }, `${name}: all`), ...values.map((value) => make("option", { value }, value)));
      return { key, select };
    });
    this.count = make("output", { "aria-live": "polite", class: "quiet" });
    this.table.closest(".wide").before(make("div", { class: "controls", role: "search", "aria-label": "Calls" },
      this.text, ...this.selects.map((entry) => entry.select), this.count));
  },

  apply() {
    const words = this.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of this.rows) {
      const fits = words.every((word) => entry.text.includes(word))
        && this.selects.every(({ key, select }) => !select.value || entry[key] === select.value);
      entry.row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    this.count.value = `${shown} of ${this.rows.length} calls`;
  },

  sortable(head, column) {
    const control = make("button", { type: "button", click: () => this.sort(head, column) }, head.textContent);
    head.replaceChildren(control);
  },

  sort(head, column) {
    const isDown = head.getAttribute("aria-sort") === "ascending";
    for (const other of $$("th", this.table.tHead)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const isNumber = head.classList.contains("num");
    const compare = (left, right) => {
      const [a, b] = [left.cells[column], right.cells[column]];
      const order = isNumber ? (parseFloat(a) || 0) - (parseFloat(b) || 0) : a.localeCompare(b);
      return (isDown ? -order : order) || left.place - right.place;
    };
    this.rows.sort(compare);
    this.table.tBodies[0].append(...this.rows.map((entry) => entry.row));
  },
};
