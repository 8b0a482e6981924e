// A scanner types and presses Enter. What it types must land in the scan field, wherever the focus was left.
const field = () => document.querySelector("[data-scan]");

field()?.focus({ preventScroll: true });
document.addEventListener("swapped", () => field()?.focus({ preventScroll: true }));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (!field() || event.target.closest("input, select, textarea, dialog")) return;
  field().focus({ preventScroll: true });
});
