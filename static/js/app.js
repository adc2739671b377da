/* What the pages add to plain HTML. Everything here is an improvement: without it all links and forms still work. */
(() => {
  "use strict";

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const typing = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

  /* --- Speaking: what changed without the focus moving -------------------------------------------------- */

  function say(text) {
    const place = one("#said");
    if (place) place.textContent = text;
  }

  function toast(text) {
    const source = one("#toast-template");
    if (!source) return;
    const box = source.content.firstElementChild.cloneNode(true);
    one("[data-text]", box).textContent = text;
    one("#toasts").replaceChildren(box);
  }

  /* --- htmx: errors, focus -------------------------------------------------------------------------------- */

  let opener = null; // id of what had the focus when a panel was opened
  let address = null; // where the page was before a panel was opened
  let left = null; // where the focus was when the last request began

  document.addEventListener("htmx:sendError", () => toast("The portal did not answer. Check the connection, then try again."));
  document.addEventListener("htmx:timeout", () => toast("That took too long. Nothing was changed; try again."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 404) toast("This is no longer here. Load the page again to see what is.");
    else if (status === 409) toast("A step no longer fits the file. Look at the cleaning steps first.");
    else if (status === 403) toast("You may look at this, but not change it.");
    else toast("Something went wrong on our side. Nothing was changed; try again.");
  });

  /* Noted before the request: the button that sends it is switched off meanwhile, and loses the focus. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const active = document.activeElement;
    const list = active.closest("[data-list]");
    if (active === document.body) return;
    left = {
      id: active.id,
      inPanel: Boolean(active.closest("#panel")),
      list: list?.id,
      place: list ? all("[data-item]", list).findIndex((item) => item.contains(active)) : -1,
    };
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const errors = one(".error-summary", event.target);
    const start = one("[data-focus]", event.target);
    if (errors) errors.focus();
    else if (start && !left?.inPanel) start.focus({ preventScroll: true });
    else restore();
    markColumn();
  });

  /* The control that was used is gone (a fixed finding, a removed step): go to its successor, never to the top. */
  function restore() {
    if (!left || document.activeElement !== document.body) return;
    const same = left.id && document.getElementById(left.id);
    const items = left.list ? all(`#${CSS.escape(left.list)} [data-item]`) : [];
    const next = items[clamp(left.place, 0, items.length - 1)];
    const start = left.inPanel ? one("#panel [data-focus]") : one("h1[tabindex]");
    (same || (next && one("a, button:not([hidden]), input, summary", next)) || start)?.focus({ preventScroll: true });
  }

  /* --- The panel beside the table ---------------------------------------------------------------------------- */

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[hx-target='#panel']");
    if (link && !link.closest("#panel")) {
      if (!one("#panel [data-close]")) address = location.href;
      opener = link.id;
    }
    const close = event.target.closest("[data-close]");
    if (!close || !one("[data-grid]")) return;
    event.preventDefault();
    history.replaceState({ htmx: true }, "", address || close.href);
    const position = one("#panel").dataset.position;
    one("#panel").replaceWith(Object.assign(document.createElement("div"), { id: "panel" }));
    markColumn();
    (document.getElementById(opener || "") || one(`[data-grid] th[data-position="${position}"] a`))?.focus();
  });

  /* The column that the panel shows is tinted in the table, whichever of the two arrived last. */
  function markColumn() {
    const table = one("[data-grid]");
    if (!table) return;
    const position = one("#panel")?.dataset.position;
    const heads = [...table.tHead.rows[0].cells];
    const place = heads.findIndex((cell) => position !== undefined && cell.dataset.position === position);
    for (const row of table.rows) [...row.cells].forEach((cell, index) => cell.classList.toggle("is-current", index === place));
  }

  /* --- Keys: "/" finds a column, Esc closes what is open --------------------------------------------------- */

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target)) {
      const finder = one("[data-finder]");
      if (!finder) return;
      event.preventDefault();
      finder.focus();
      finder.select();
    } else if (event.key === "Escape" && !event.defaultPrevented) {
      closeTop(event);
    }
  });

  function closeTop(event) {
    const menu = one("details.menu[open], details.step-more[open]");
    if (menu) {
      menu.open = false;
      one("summary", menu).focus();
      return;
    }
    if (one("[popover]:popover-open") || (typing(event.target) && !one("#panel")?.contains(event.target))) return;
    one("#panel [data-close]")?.click();
  }

  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* --- Small things ------------------------------------------------------------------------------------------ */

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    const label = one("[data-label]", button);
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = "Copied";
      say("Copied");
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { label.textContent = before; }, 1800);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".message").remove();
  });

  /* A choice that sends its form at once; the form's own button is there for those without scripts. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form && !event.target.closest("[data-picker]")) form.requestSubmit();
  });

  /* --- The grid: one cell is in the tab order, arrows move ----------------------------------------------------- */

  const STEPS = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    Home: [0, -Infinity], End: [0, Infinity], PageUp: [-12, 0], PageDown: [12, 0],
  };

  function prepareGrid(table) {
    table.setAttribute("role", "grid");
    const first = table.tBodies[0]?.rows[0]?.cells[1];
    if (first && !one("tbody [tabindex='0']", table)) first.tabIndex = 0;
    for (const link of all("thead a", table)) link.tabIndex = 0;
  }

  function focusCell(table, cell) {
    for (const other of all("tbody [tabindex='0']", table)) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-grid] td, [data-grid] th");
    if (!cell || typing(event.target)) return;
    const table = cell.closest("table");
    if (event.key === "Enter" && cell.tagName === "TD") {
      one("a", table.tHead.rows[0].cells[cell.cellIndex])?.click();
      return;
    }
    const move = STEPS[event.key];
    if (!move || event.altKey || event.metaKey) return;
    event.preventDefault();
    const rows = [...table.rows];
    const down = event.ctrlKey && event.key === "Home" ? -Infinity : event.ctrlKey && event.key === "End" ? Infinity : move[0];
    const row = rows[clamp(rows.indexOf(cell.parentElement) + down, 0, rows.length - 1)];
    const next = row.cells[clamp(cell.cellIndex + move[1], 1, row.cells.length - 1)];
    if (row.parentElement === table.tHead) one("a", next)?.focus();
    else focusCell(table, next);
  });

  document.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-grid] td");
    if (cell && !event.target.closest("a, button")) focusCell(cell.closest("table"), cell);
  });

  /* A cell that is cut off shows all of its text to the pointer. */
  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest?.("[data-grid] td");
    if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
  });

  /* --- Field picker and column finder: a text field with a list below it ---------------------------------------- */

  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  class Picker {
    constructor(root) {
      this.root = root;
      this.input = one("input", root);
      this.options = this.read(this.input.getAttribute("list"));
      this.first = this.read(root.dataset.first);
      this.input.removeAttribute("list");
      this.list = Object.assign(document.createElement("div"), { className: "picker-list", hidden: true, id: `${this.input.id}-list` });
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Suggestions");
      root.append(this.list);
      for (const [name, value] of Object.entries({
        role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list", autocomplete: "off",
      })) this.input.setAttribute(name, value);
      this.committed = this.input.defaultValue;
      this.listen();
      this.takeOver();
    }

    read(id) {
      return all("option", document.getElementById(id || "") || document.createElement("i")).map((option) => ({
        value: option.value,
        label: option.dataset.label || option.value,
        tech: option.dataset.tech || "",
        note: option.dataset.note || "",
        href: option.dataset.href || "",
        search: plain(`${option.value} ${option.dataset.words || ""}`),
      }));
    }

    listen() {
      this.input.addEventListener("focus", () => { this.input.select(); this.open(""); });
      this.input.addEventListener("click", () => this.list.hidden && this.open(""));
      this.input.addEventListener("input", () => this.open(this.input.value));
      this.input.addEventListener("blur", () => { this.close(); if (this.root.dataset.goes === undefined) this.input.value = this.committed; });
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("change", (event) => { if (event.isTrusted) event.stopPropagation(); });
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const option = event.target.closest("[role=option]");
        if (option) this.choose(this.shown[Number(option.dataset.place)]);
      });
    }

    /* Somebody was faster than the script: what has been typed so far is searched for as if it came now. */
    takeOver() {
      if (this.input.value === this.committed) return;
      if (document.activeElement === this.input) this.open(this.input.value);
      else this.input.value = this.committed;
    }

    found(text) {
      const words = plain(text).split(/[\s()]+/).filter(Boolean);
      const fits = (option) => words.every((word) => option.search.includes(word));
      const rank = (option) => (plain(option.label).startsWith(words[0] || "") ? 0 : 1);
      return this.options.filter(fits).sort((a, b) => rank(a) - rank(b));
    }

    open(text) {
      const first = text ? [] : this.first;
      const rest = text ? this.found(text) : this.options;
      this.shown = [...first, ...rest.slice(0, 80)];
      if (this.root.dataset.free !== undefined && !rest.length && /^[\w-]+\.[\w.-]+$/.test(text.trim()))
        this.shown.push({ value: text.trim(), label: text.trim(), tech: "as typed" });
      const group = (title) => Object.assign(document.createElement("div"), { className: "picker-group", textContent: title, role: "presentation" });
      const rows = this.shown.map((option, place) => this.row(option, place));
      if (first.length) {
        rows.splice(first.length, 0, group("All fields"));
        rows.unshift(group("Most likely"));
      }
      if (!rows.length) rows.push(Object.assign(document.createElement("div"), { className: "picker-none", textContent: "Nothing has that name" }));
      this.list.replaceChildren(...rows);
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      const current = this.shown.findIndex((option) => option.value === this.input.value);
      this.mark(text ? 0 : Math.max(current, 0));
      this.list.scrollIntoView({ block: "nearest" });
    }

    row(option, place) {
      const row = document.createElement("div");
      row.setAttribute("role", "option");
      row.id = `${this.list.id}-${place}`;
      row.dataset.place = place;
      row.append(Object.assign(document.createElement("span"), { textContent: option.label }));
      row.append(Object.assign(document.createElement("span"), { className: option.note ? "small soft" : "tech", textContent: option.note || option.tech }));
      return row;
    }

    mark(place) {
      this.place = place;
      all("[role=option]", this.list).forEach((row, index) => row.setAttribute("aria-selected", String(index === place)));
      const row = document.getElementById(`${this.list.id}-${place}`);
      row?.scrollIntoView({ block: "nearest" });
      if (row) this.input.setAttribute("aria-activedescendant", row.id);
      else this.input.removeAttribute("aria-activedescendant");
    }

    key(event) {
      const last = this.shown?.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (this.list.hidden) { this.input.select(); this.open(""); }
        else this.mark(clamp(this.place + (event.key === "ArrowDown" ? 1 : -1), 0, last));
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (!this.list.hidden) this.choose(this.shown[this.place]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        if (this.list.hidden) this.input.blur();
        this.input.value = this.root.dataset.goes === undefined ? this.committed : "";
        this.input.select();
        this.close();
      }
    }

    choose(option) {
      if (!option) return;
      this.close();
      if (this.root.dataset.goes !== undefined) { this.go(option); return; }
      this.input.value = this.committed = option.value;
      const face = one(".picker-face", this.root);
      if (face) face.replaceChildren(
        Object.assign(document.createElement("span"), { textContent: option.label }),
        Object.assign(document.createElement("span"), { className: "tech", textContent: option.tech }),
      );
      if (this.root.dataset.picker === "send") this.input.form.requestSubmit();
    }

    /* The finder goes to a column that is on the page, else to the address that shows it. */
    go(option) {
      this.input.value = "";
      const head = all("[data-grid] thead th").find((cell) => cell.dataset.title === option.value);
      const link = head && one("a", head);
      const row = all("[data-column]").find((item) => item.dataset.column === option.value);
      if (link) { head.scrollIntoView({ block: "nearest", inline: "center" }); link.focus(); }
      else if (row) { row.scrollIntoView({ block: "center" }); one("input, a, button", row)?.focus(); }
      else if (option.href) location.assign(option.href);
      else { this.input.value = option.value; this.input.form.submit(); }
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  /* --- Files: drop them anywhere in the box, and see how much has arrived --------------------------------------- */

  function prepareDrop(form) {
    const input = one("input[type=file]", form);
    const box = one(".drop", form);
    const send = () => {
      one("[data-names]", form).textContent = [...input.files].map((file) => file.name).join(", ");
      form.requestSubmit();
    };
    input.addEventListener("change", () => input.files.length && send());
    for (const type of ["dragenter", "dragover"]) box.addEventListener(type, (event) => { event.preventDefault(); box.classList.add("is-over"); });
    for (const type of ["dragleave", "drop"]) box.addEventListener(type, () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      send();
    });
    one("[type=submit]", form)?.setAttribute("hidden", "");
    const bar = one("progress", form);
    form.addEventListener("htmx:beforeRequest", () => { bar.hidden = false; bar.removeAttribute("value"); });
    form.addEventListener("htmx:xhr:progress", (event) => {
      if (!event.detail.lengthComputable || !event.detail.total) return;
      bar.value = event.detail.loaded / event.detail.total;
      if (bar.value === 1) bar.removeAttribute("value"); // all arrived; the portal is looking at it
    });
    form.addEventListener("htmx:afterRequest", () => { bar.hidden = true; one("[data-names]", form).textContent = ""; form.reset(); });
  }

  /* --- Steps: drag one to its place; the arrow buttons in its menu do the same ---------------------------------- */

  function prepareSteps(list) {
    let dragged = null;
    for (const grip of all("[data-grip]", list)) {
      const step = grip.closest("[data-item]");
      grip.hidden = false;
      grip.addEventListener("mousedown", () => { step.draggable = true; });
      grip.addEventListener("mouseup", () => { step.draggable = false; });
      step.addEventListener("dragstart", (event) => { dragged = step; step.classList.add("is-dragged"); event.dataTransfer.effectAllowed = "move"; });
      step.addEventListener("dragend", () => { step.draggable = false; step.classList.remove("is-dragged"); clear(); dragged = null; });
    }
    const clear = () => all(".is-over, .is-under", list).forEach((step) => step.classList.remove("is-over", "is-under"));
    const below = (event, step) => event.clientY > step.getBoundingClientRect().top + step.offsetHeight / 2;
    list.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      clear();
      const over = event.target.closest("[data-item]");
      over?.classList.add(below(event, over) ? "is-under" : "is-over");
    });
    list.addEventListener("drop", (event) => {
      const over = event.target.closest("[data-item]");
      if (!dragged || !over) return;
      event.preventDefault();
      clear();
      const items = all("[data-item]", list);
      const from = items.indexOf(dragged);
      const gap = items.indexOf(over) + (below(event, over) ? 1 : 0);
      const to = gap > from ? gap - 1 : gap;
      if (to === from) return;
      const form = one("form[data-move]", dragged);
      one("input[name=position]", form).value = to;
      form.requestSubmit();
    });
  }

  /* --- Everything that arrives, at first and with every swap ------------------------------------------------------ */

  const PARTS = [
    ["[data-grid]", prepareGrid],
    ["[data-picker]", (root) => new Picker(root)],
    ["form[data-upload]", prepareDrop],
    ["[data-steps]", prepareSteps],
    ["[data-copy]", (button) => { button.hidden = false; }],
  ];

  function prepare(root) {
    for (const [selector, start] of PARTS) {
      for (const element of [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)]) {
        if (element.dataset.ready) continue;
        element.dataset.ready = "1";
        start(element);
      }
    }
  }

  document.documentElement.classList.add("js");
  prepare(document);
  one("[data-grid] th.is-current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
})();
