// Forms marked data-swap="id other" are sent in place: the named regions are taken from the answer, and focus stays.
// Choices marked data-submit-on-change or data-refresh need no button. Whatever fails falls back to a page load.
const wanted = (form) => (form.dataset.swap || "").split(" ").filter(Boolean);

const address = (form, data) => {
  const url = new URL(form.action, location.href);
  if (form.method !== "post") url.search = new URLSearchParams(data);
  return url;
};

const regions = (form, page) =>
  wanted(form).map((id) => [document.getElementById(id), page.getElementById(id)]);

const put = (pairs) => {
  const { id, name, value } = document.activeElement ?? {};
  for (const [old, fresh] of pairs) {
    if (old.role === "status") old.textContent = fresh.textContent;
    else old.replaceWith(document.adoptNode(fresh));
  }
  const same = id
    ? document.getElementById(id)
    : name && document.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
  same?.focus({ preventScroll: true });
};

const send = async (form, submitter) => {
  const data = new FormData(form, submitter);
  const url = address(form, data);
  const post = form.method === "post";
  const answer = await fetch(url, post ? { method: "POST", body: new URLSearchParams(data) } : {});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pairs = regions(form, page);
  if (!pairs.length || pairs.some(([old, fresh]) => !old || !fresh)) throw new Error("another page");
  put(pairs);
  if (!post) history.replaceState(null, "", url);
  document.dispatchEvent(new CustomEvent("swapped"));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!wanted(form).length || "leave" in (event.submitter?.dataset ?? {})) return;
  event.preventDefault();
  const again = () => HTMLFormElement.prototype.submit.call(form);
  send(form, event.submitter).catch(() => (form.method === "post" ? location.reload() : again()));
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
