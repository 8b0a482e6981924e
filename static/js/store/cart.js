// Putting something in the cart keeps the shopper's place; the count is asked only in a tab that has a cart, so that
// pages stay the same for everybody and set no cookie.
const show = (count) => {
  for (const place of document.querySelectorAll("[data-cart-count]")) place.textContent = count || "";
};

const ask = async () => {
  const url = document.querySelector("[data-cart-count]")?.dataset.cartCount;
  if (!url) return;
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { count } = await answer.json();
  show(count);
  // An empty cart leaves nothing behind in the browser.
  if (count) sessionStorage.setItem("cart", "yes");
  else sessionStorage.removeItem("cart");
};

// What the server says is shown where the shopper is, with the way to the cart beside it.
const tell = (fresh) => {
  const place = document.getElementById("notices");
  place.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  place.dataset.float = "";
  const link = document.querySelector("[data-cart-count]")?.closest("a").cloneNode(true);
  if (link) place.querySelector(".notice")?.append(link);
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-add]")) return;
  event.preventDefault();
  const leave = () => HTMLFormElement.prototype.submit.call(form);
  fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) })
    .then(async (answer) => {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !page.getElementById("notices")) throw new Error("not added");
      await ask();
      tell(page.getElementById("notices"));
    })
    .catch(leave);
});

try {
  if (document.getElementById("cart") || sessionStorage.getItem("cart")) ask().catch(() => {});
} catch {
  // Storage may be switched off; then there is no count, and everything else works.
}
document.addEventListener("swapped", () => ask().catch(() => {}));
