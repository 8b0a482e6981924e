// The first page in another market or language, if the browser prefers one. Nothing is asked and nothing is kept.
const parts = (tag) => {
  const [language, ...rest] = tag.split("-");
  return { language: language.toLowerCase(), country: rest.find((one) => /^[A-Z]{2}$/.test(one)) ?? "" };
};

const suits = (wanted, offer) => {
  const { language, country } = parts(wanted);
  if (parts(offer.lang).language !== language) return 0;
  return country && offer.dataset.countries.split(" ").includes(country) ? 2 : 1;
};

const offers = [...document.querySelectorAll("[data-suggestion]")];
for (const wanted of offers.length ? navigator.languages : []) {
  const fitting = offers.filter((offer) => suits(wanted, offer) > 0);
  if (!fitting.length) continue;
  const best = fitting.find((offer) => suits(wanted, offer) === 2) ?? fitting[0];
  // What is read already needs no suggestion.
  best.hidden = best.querySelector("a").pathname === location.pathname;
  break;
}
