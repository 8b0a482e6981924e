// The summary of errors is read out and reached first; a hidden region that was replaced keeps its focus.
document.querySelector("[data-focus]")?.focus();
