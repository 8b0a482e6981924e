// Keys that work on every page of the desk: / searches, ? helps.
const typing = (target) => target.closest("input, select, textarea, dialog, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[data-find]")?.focus();
  }
  if (event.key === "?") document.getElementById("keys")?.showModal();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (!opener) return;
  event.preventDefault();
  document.getElementById(opener.dataset.open)?.showModal();
});
