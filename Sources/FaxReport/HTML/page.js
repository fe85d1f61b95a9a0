// Small helpers, the theme, and which call is shown. Texts reach the page as text nodes only.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
};
const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const shape = (name, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
const button = (text, label, click) => make("button", { type: "button", "aria-label": label, title: label, click }, text);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const readData = (element) => JSON.parse(element.textContent);

const theme = {
  dark: matchMedia("(prefers-color-scheme: dark)"),
  get isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : this.dark.matches;
  },
  control() {
    const control = button("", "Colours", () => {
      document.documentElement.dataset.theme = this.isDark ? "light" : "dark";
      name();
    });
    const name = () => {
      control.textContent = this.isDark ? "Light" : "Dark";
      control.setAttribute("aria-label", this.isDark ? "Light colours" : "Dark colours");
      control.title = control.getAttribute("aria-label");
    };
    this.dark.addEventListener("change", name);
    name();
    return control;
  },
};

const reveal = (element, block = "center") => {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block });
};

// One call at a time where there are several, else the one; `#call-3`, `#call-3-f1` and the like lead to it.
const router = {
  calls: [],
  views: new Map(),
  overview: null,

  start() {
    this.calls = $$("main > .call");
    this.overview = $("#overview");
    addEventListener("hashchange", () => this.follow());
    // The address stays the same when a link is followed twice.
    addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      if (link && !event.defaultPrevented && link.hash === location.hash) this.go(link.hash.slice(1));
    });
    if (this.overview) {
      $(".tools").append(
        make("a", { href: "#overview", class: "button all" }, "All calls"),
        button("‹", "Previous call", () => this.step(-1)),
        button("›", "Next call", () => this.step(1)));
    }
    this.follow();
  },

  go(id) {
    if (location.hash === `#${id}`) this.follow();
    else location.hash = id;
  },

  follow() {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const call = target?.closest(".call") ?? (this.overview ? null : this.calls[0]);
    this.show(call ?? null);
    if (!target) return;
    const view = this.views.get(call);
    if (view && target.matches("tr")) view.choose(target);
    else if (call === target || target.id === "overview") scrollTo(0, 0);
    else reveal(target, target.matches(".finding") ? "center" : "start");
  },

  show(call) {
    if (!this.overview) call = this.calls[0] ?? null;
    if (this.overview) this.overview.hidden = call !== null;
    for (const other of this.calls) {
      other.hidden = other !== call;
      other.classList.toggle("current", other === call);
    }
    document.documentElement.classList.toggle("one", call !== null);
    this.current = call;
    if (call && !this.views.has(call)) this.views.set(call, new CallView(call));
    if (call) this.views.get(call).shown();
  },

  step(by) {
    const place = this.calls.indexOf(this.current);
    const next = this.calls[place < 0 ? (by > 0 ? 0 : this.calls.length - 1) : place + by];
    this.go(next ? next.id : "overview");
  },
};
