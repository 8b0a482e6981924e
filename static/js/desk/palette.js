// Ctrl-K or Cmd-K: go to any order, SKU, buyer or action. The server finds; this shows.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const list = palette?.querySelector("ul");
let last = 0;

const option = ({ label, hint, url }, index) => {
  const item = document.createElement("li");
  item.id = `found-${index}`;
  item.role = "option";
  item.dataset.url = url;
  const note = document.createElement("small");
  note.textContent = hint || "";
  item.append(label, note);
  return item;
};

const choose = (item) => {
  list.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
  item?.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", item?.id || "");
  item?.scrollIntoView({ block: "nearest" });
};

const find = async () => {
  const mine = ++last;
  const url = new URL(palette.dataset.palette, location.href);
  url.searchParams.set("q", input.value);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (mine !== last) return;
  list.replaceChildren(...found.map(option));
  choose(list.firstElementChild);
};

const keys = {
  ArrowDown: (chosen) => choose(chosen?.nextElementSibling || list.firstElementChild),
  ArrowUp: (chosen) => choose(chosen?.previousElementSibling || list.lastElementChild),
  Enter: (chosen) => chosen && location.assign(chosen.dataset.url),
};

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    palette.showModal();
    find().catch(() => {});
  });
  input.addEventListener("input", () => find().catch(() => {}));
  input.addEventListener("keydown", (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key](list.querySelector("[aria-selected]"));
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-url]");
    if (item) location.assign(item.dataset.url);
  });
}
