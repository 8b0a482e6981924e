// Lists by keyboard: j and k move, x selects, Enter opens. What the keys do, the mouse does too.
// A row may lead nowhere and only be selected, as on the pick list.
const table = document.querySelector("[data-rows]");
const rows = () => [...table.tBodies[0].rows].filter((row) => row.dataset.href || row.querySelector("input[type=checkbox]"));
const current = () => table.querySelector("tr[data-current]");

const go = (row) => {
  if (!row) return;
  current()?.removeAttribute("data-current");
  row.dataset.current = "";
  (row.querySelector("a") ?? row.querySelector("input"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const move = (by) => {
  const list = rows();
  const at = list.indexOf(current());
  go(list[Math.max(0, Math.min(list.length - 1, at + by))]);
};

const keys = {
  j: () => move(1),
  k: () => move(current() ? -1 : 1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  Enter: () => current()?.dataset.href && location.assign(current().dataset.href),
};

const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]");

if (table) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Enter" && event.target.matches("a, button")) return;
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  table.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const box of table.tBodies[0].querySelectorAll("input[type=checkbox]")) box.checked = event.target.checked;
    }
    const chosen = table.tBodies[0].querySelectorAll("input:checked").length;
    for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = chosen;
  });
}
