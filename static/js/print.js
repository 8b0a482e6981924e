// The browser's own print dialog, for those who do not know its key.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
