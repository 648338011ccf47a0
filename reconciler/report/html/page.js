
"use strict";
(() => {
  const order = new Intl.Collator("en", { numeric: true });
  const form = document.getElementById("filters");
  const selects = [...form.querySelectorAll("select")];
  const rows = [...document.querySelectorAll("[data-n]")].map((element) => ({
    element,
    number: Number(element.dataset.n),
    some: element.querySelector(".some"),
    items: [...(element.querySelector(".names")?.children ?? [])],
  }));
  const sections = [...document.querySelectorAll(".count[data-noun]")].map((badge) => {
    const section = badge.closest("section");
    return { badge, section, noun: badge.dataset.noun, total: Number(badge.dataset.total),
             rows: rows.filter((row) => section.contains(row.element)) };
  });
  const written = (number) => number.toLocaleString("en");

  // The text of a row is read when somebody looks for some, which a page of 10,000 topics need not wait for.
  function read(row) {
    const list = row.element.querySelector(".names");
    const whole = row.element.textContent.toLowerCase();
    row.text = list ? whole.replace(list.textContent.toLowerCase(), () => " ") : whole;
    row.names = row.items.map((item) => item.textContent.toLowerCase());
  }

  /** Show of a row what fits; returns how many topics or changes that are. */
  function show(row, chosen, words) {
    // The owner of a topic is its own where the topics of a row have several.
    const fits = chosen.every(([name, value]) =>
      row.element.dataset[name] === value || row.items.some((item) => item.dataset[name] === value));
    let number = fits ? row.number : 0;
    if (fits && (words.length || chosen.length)) {
      if (words.length && row.text === undefined) read(row);
      const missing = words.filter((word) => !row.text.includes(word));
      row.items.forEach((item, index) => {
        const isChosen = chosen.every(([name, value]) => (item.dataset[name] ?? value) === value);
        item.hidden = !isChosen || !missing.every((word) => row.names[index].includes(word));
      });
      if (row.items.length) number = row.items.filter((item) => !item.hidden).length;
      else if (missing.length) number = 0;
    } else if (fits) {
      row.items.forEach((item) => { item.hidden = false; });
    }
    row.element.hidden = number === 0;
    if (row.some) {
      row.some.textContent = number < row.number ? `${written(number)} of ${written(row.number)}` : written(row.number);
    }
    return number;
  }

  function filter() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value).map((select) => [select.name, select.value]);
    const isOn = words.length + chosen.length > 0;
    const told = new Map();
    for (const { badge, section, noun, total, rows: own } of sections) {
      const number = own.reduce((sum, row) => sum + show(row, chosen, words), 0);
      badge.textContent = number === total ? written(total) : `${written(number)} of ${written(total)}`;
      section.hidden = number === 0 && isOn;
      const [shown, all] = told.get(noun) ?? [0, 0];
      told.set(noun, [shown + number, all + total]);
    }
    const parts = [...told].map(([noun, [shown, all]]) => `${written(shown)} of ${written(all)} ${noun}`);
    form.querySelector("output").textContent = isOn ? `Shown: ${parts.join(", ")}` : "";
  }

  function offer(select) {
    const numbers = new Map();
    const add = (value, number) => { if (value) numbers.set(value, (numbers.get(value) ?? 0) + number); };
    for (const { element, number, items } of rows) {
      add(element.dataset[select.name], number);
      for (const item of items) add(item.dataset[select.name], 1);
    }
    const values = [...numbers.keys()].sort(order.compare);
    select.append(...values.map((value) => new Option(`${value} (${written(numbers.get(value))})`, value)));
    select.parentElement.hidden = values.length < 2;
  }

  function button(cell, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...cell.childNodes);
    made.addEventListener("click", act);
    cell.append(made);
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const before = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, column) => (row.cells[column].dataset.s ?? row.cells[column].textContent).trim();
    heads.forEach((head, column) => {
      head.setAttribute("aria-sort", "none");
      button(head, () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach((each) => each.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        const sign = next === "descending" ? -1 : 1;
        const keyed = before.map((row) => [key(row, column), row]);
        // Rows with nothing in this column stay last.
        if (next !== "none") keyed.sort(([a], [b]) => (a === "") - (b === "") || sign * order.compare(a, b));
        body.append(...keyed.map(([, row]) => row));
      });
    });
  }

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  selects.forEach(offer);
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("[data-pick]").forEach((cell) => button(cell, () => {
    const select = form.elements.owner;
    select.value = select.value === cell.dataset.pick ? "" : cell.dataset.pick;
    filter();
  }));
  form.hidden = rows.length < 2;

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
