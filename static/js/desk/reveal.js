// What was revealed leaves the screen by itself: the page is loaded again without it.
for (const box of document.querySelectorAll("[data-reveal]")) {
  const hide = box.querySelector("[data-hide]");
  setTimeout(() => location.replace(hide.href), Number(box.dataset.reveal) * 1000);
}
