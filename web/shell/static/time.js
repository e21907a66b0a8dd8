// A week of hours as a table: the arrow keys move between cells, sums follow what is typed.
"use strict";
(() => {
  const table = () => document.querySelector("[data-hours]");
  const hours = (text) => {
    const clock = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim());
    const found = clock ? Number(clock[1]) + clock[2] / 60 : Number(text.trim().replace(",", "."));
    return Number.isFinite(found) ? found : 0;
  };
  const value = (cell) => hours(cell.dataset.fixed ?? cell.value);
  const written = (sum) => sum.toFixed(2);

  const addUp = () => {
    const days = Array(7).fill(0);
    for (const row of table().querySelectorAll("tbody tr")) {
      let whole = 0;
      for (const cell of row.querySelectorAll("[data-day]")) {
        whole += value(cell);
        days[cell.dataset.day] += value(cell);
      }
      row.querySelector("[data-sum-row]").textContent = written(whole);
    }
    days.forEach((sum, day) => { table().querySelector(`[data-sum-day="${day}"]`).textContent = written(sum); });
    table().querySelector("[data-sum-week]").textContent = written(days.reduce((one, other) => one + other, 0));
  };

  // Left and right leave a cell only where the caret has nowhere to go in it.
  const target = (event) => {
    const cell = event.target;
    const rows = [...table().querySelectorAll("tbody tr")];
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return null;
    const at = { ArrowLeft: 0, ArrowRight: cell.value.length }[event.key];
    if (at !== undefined && (cell.selectionStart !== at || cell.selectionEnd !== at)) return null;
    let row = rows.indexOf(cell.closest("tr"));
    let day = Number(cell.dataset.day);
    for (;;) {
      row += by[0];
      day += by[1];
      if (!rows[row] || day < 0 || day > 6) return null;
      const next = rows[row].querySelector(`input[data-day="${day}"]`);
      if (next) return next;
    }
  };

  document.addEventListener("input", (event) => { if (event.target.matches("input[data-day]")) addUp(); });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("input[data-day]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = target(event);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
})();
