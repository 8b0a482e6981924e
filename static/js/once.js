// A second press of a button while the first is on its way would only confuse: the server refuses it anyway.
// Coming back through the browser's history finds the form ready again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const stays = form.matches("[data-swap], [data-add]") && !("leave" in (event.submitter?.dataset ?? {}));
  if (form.getAttribute("method") !== "post" || stays) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});
