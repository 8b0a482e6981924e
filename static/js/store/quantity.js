// Two buttons beside a number. They are made here, because without script they could do nothing.
const step = (input, by) => {
  const before = input.value;
  if (by > 0) input.stepUp();
  else input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
};

const button = (input, label, sign, by) => {
  const made = document.createElement("button");
  made.type = "button";
  made.id = `${input.id}${by}`;
  made.textContent = sign;
  made.setAttribute("aria-label", `${label}: ${input.getAttribute("aria-label")}`);
  made.addEventListener("click", () => step(input, by));
  return made;
};

const dress = () => {
  for (const box of document.querySelectorAll("[data-quantity]:not([data-ready])")) {
    const input = box.querySelector("input");
    box.dataset.ready = "";
    box.prepend(button(input, input.dataset.less, "−", -1));
    box.append(button(input, input.dataset.more, "+", 1));
  }
};

dress();
document.addEventListener("swapped", dress);
