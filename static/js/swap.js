// Forms marked data-swap="id other" are sent in place: the named regions are taken from the answer, and focus stays.
// Choices marked data-submit-on-change or data-refresh need no button. Whatever fails falls back to a page load.
const wanted = (form) => (form.dataset.swap || "").split(" ").filter(Boolean);

// By attribute, because a field may be called "method" or "action" and hide the form's own.
const posts = (form) => form.getAttribute("method") === "post";

const address = (form, data) => {
  const url = new URL(form.getAttribute("action") || location.href, location.href);
  if (!posts(form)) url.search = new URLSearchParams(data);
  return url;
};

const regions = (form, page) =>
  wanted(form).map((id) => [document.getElementById(id), page.getElementById(id)]);

const put = (pairs) => {
  const held = document.activeElement;
  const twin = held.id
    ? `#${CSS.escape(held.id)}`
    : held.name && `[name="${CSS.escape(held.name)}"][value="${CSS.escape(held.value)}"]`;
  for (const [old, fresh] of pairs) {
    if (old.role === "status") old.textContent = fresh.textContent;
    else old.replaceWith(document.adoptNode(fresh));
  }
  document.dispatchEvent(new CustomEvent("swapped"));
  if (twin) document.querySelector(twin)?.focus({ preventScroll: true });
};

const send = async (form, submitter) => {
  const data = new FormData(form, submitter);
  const url = address(form, data);
  const post = posts(form);
  const answer = await fetch(url, post ? { method: "POST", body: new URLSearchParams(data) } : {});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pairs = regions(form, page);
  if (!pairs.length || pairs.some(([old, fresh]) => !old || !fresh)) throw new Error("another page");
  put(pairs);
  if (!post) history.replaceState(null, "", url);
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!wanted(form).length || "leave" in (event.submitter?.dataset ?? {})) return;
  event.preventDefault();
  const again = () => HTMLFormElement.prototype.submit.call(form);
  send(form, event.submitter).catch(() => (posts(form) ? location.reload() : again()));
});

const refresh = (form) => form.requestSubmit(form.querySelector("[value=refresh]"));

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
  if (event.target.matches("[data-refresh]")) refresh(event.target.form);
});

const hide = () => {
  for (const extra of document.querySelectorAll("[data-without-script]")) extra.hidden = true;
};

hide();
document.addEventListener("swapped", hide);
