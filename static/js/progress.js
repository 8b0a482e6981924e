// Long work is asked how far it is, more slowly the longer it takes, until it says that it is done.
const watch = async (box, pause) => {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
  const { done, total, text, is_done: isDone, url } = await answer.json();
  Object.assign(box.querySelector("progress"), { max: total, value: done });
  box.querySelector("[role=status]").textContent = text;
  if (isDone) location.assign(url || location.href);
  else setTimeout(() => watch(box, Math.min(pause * 1.25, 10000)).catch(() => {}), pause);
};

for (const box of document.querySelectorAll("[data-progress]")) watch(box, 700).catch(() => {});
