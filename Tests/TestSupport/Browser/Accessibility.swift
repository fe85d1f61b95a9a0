/// What anybody needs who reads a page with a keyboard, a screen reader or weak eyes, looked for in the page as it is drawn.
package enum Accessibility {
    /// A list of what is wrong.
    package static let problems = #"""
        (() => {
          const problems = [];
          const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
          const say = (what, element) => problems.push(what + ": " + (element ? element.outerHTML.slice(0, 120) : ""));
          if (document.documentElement.lang !== "en") say("no language");
          if (!document.title.trim()) say("no title");
          for (const selector of ["main", "body > header", "footer"]) if (all(selector).length !== 1) say("landmark " + selector);
          for (const nav of all("nav")) if (!nav.getAttribute("aria-label")) say("nav without a name", nav);
          let level = 0;
          for (const head of all("h1, h2, h3, h4, h5")) {
            const next = Number(head.tagName[1]);
            if (next > level + 1) say("heading skips from " + level, head);
            level = next;
          }
          if (all("h1").length !== 1) say("not one h1");
          const ids = new Set();
          for (const element of document.querySelectorAll("[id]")) {
            if (ids.has(element.id)) say("id twice", element);
            ids.add(element.id);
          }
          for (const part of all("[aria-labelledby]")) if (!ids.has(part.getAttribute("aria-labelledby"))) say("label missing", part);
          const name = (e) => (e.getAttribute("aria-label") ?? "").trim() || (e.textContent ?? "").trim()
            || [...(e.labels ?? [])].map((l) => l.textContent.trim()).join("") || (e.title ?? "").trim();
          for (const control of all("a[href], button, input, select, summary, [tabindex='0']")) {
            if (!name(control)) say("no name", control);
          }
          for (const image of all("img")) if (!image.alt.trim()) say("no alt", image);
          for (const drawing of all("svg")) {
            if (!drawing.closest("[aria-hidden=true]") && !drawing.getAttribute("aria-label")) say("drawing without a name", drawing);
          }
          for (const table of all("table")) {
            const heads = [...table.querySelectorAll("thead th")];
            if (!heads.length || heads.some((h) => !h.scope)) say("table without heads", table);
            const region = table.closest("[role=region]");
            if (!table.caption && !region?.getAttribute("aria-label") && !table.matches(".fields")) say("table without a name", table);
          }
          for (const element of document.querySelectorAll("[tabindex]")) if (element.tabIndex > 0) say("tabindex", element);
          for (const link of document.querySelectorAll("a[href^='#']")) {
            if (!ids.has(link.getAttribute("href").slice(1))) say("link to nothing", link);
          }
          return problems;
        })()
        """#

    /// Texts whose contrast with what lies under them is too low (WCAG 2.1, 1.4.3), drawn ones too.
    package static let faintTexts = #"""
        (() => {
          const colour = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
          const linear = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
          const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
          const under = (element) => {
            for (let e = element; e; e = e.parentElement) {
              const back = colour(getComputedStyle(e).backgroundColor);
              if (back.length === 3 || back[3] === 1) return back;
            }
            return [255, 255, 255];
          };
          const faint = new Map();
          const check = (element, text, back) => {
            const style = getComputedStyle(element);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 600);
            const found = ratio(colour(text), back);
            const key = element.tagName + "." + (element.getAttribute("class") ?? "") + " " + text + " on " + back;
            if (found < (isLarge ? 3 : 4.5)) faint.set(key, found.toFixed(2) + " " + key + " " + element.textContent.slice(0, 30));
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, style, noscript")) continue;
            if (element.closest("option")) continue;
            const style = getComputedStyle(element);
            if (!element.closest("svg")) check(element, style.color, under(element));
            else {
              const box = element.matches(".inside") ? element.previousElementSibling : null;
              const back = box?.matches(".box") ? colour(getComputedStyle(box).fill) : under(element.closest("div"));
              check(element, style.fill, back);
            }
          }
          return [...faint.values()];
        })()
        """#

    /// What has the focus: its place in the page, whether it can be seen that it has it, and what it is.
    package static let focus = #"""
        (() => {
          const e = document.activeElement;
          const style = getComputedStyle(e);
          const box = e.getBoundingClientRect();
          return {
            place: [...document.querySelectorAll("*")].indexOf(e),
            isShown: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) && box.width > 0,
            name: e.outerHTML.slice(0, 100),
          };
        })()
        """#
}
