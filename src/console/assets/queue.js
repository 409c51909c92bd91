// Lists of cases with JavaScript: how many are chosen, choosing all of them, and covered words that show while they are pointed at.
// Without it everything is there, too: check boxes, and the button that uncovers a case's words.

for (const form of document.querySelectorAll("form[data-heed-select]")) {
  const boxes = [...form.querySelectorAll("td.heed-select input[type=checkbox]")];
  const told = form.querySelector("[data-heed-chosen]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (told) told.textContent = chosen === 0 ? "" : chosen === 1 ? "1 row is chosen." : `${chosen} rows are chosen.`;
    if (all) all.checked = chosen === boxes.length, all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  const head = form.querySelector("th.heed-select");
  let all = null;
  if (head && boxes.length > 1) {
    head.textContent = "";
    const shell = document.createElement("div"), item = document.createElement("div"), label = document.createElement("label"), name = document.createElement("span");
    shell.className = "govuk-checkboxes govuk-checkboxes--small";
    item.className = "govuk-checkboxes__item";
    all = document.createElement("input");
    all.type = "checkbox";
    all.id = "choose-all";
    all.className = "govuk-checkboxes__input";
    label.className = "govuk-label govuk-checkboxes__label";
    label.htmlFor = "choose-all";
    name.className = "govuk-visually-hidden";
    name.textContent = "Choose all rows of this page";
    label.append(name);
    item.append(all, label);
    shell.append(item);
    head.append(shell);
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      tell();
    });
  }
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}

// Only pages of people who chose it carry the words along.
const covered = [...document.querySelectorAll("[data-heed-bare]")].map((element) => ({element, text: element.firstChild, cover: element.firstChild.data, bare: element.dataset.heedBare, reasons: new Set()}));
const show = (one, why, yes) => {
  yes ? one.reasons.add(why) : one.reasons.delete(why);
  one.text.data = one.reasons.size > 0 ? one.bare : one.cover;
};
for (const one of covered) {
  const {element} = one;
  element.tabIndex = 0;
  element.addEventListener("pointerenter", () => show(one, "pointer", true));
  element.addEventListener("pointerleave", () => show(one, "pointer", false));
  element.addEventListener("focus", () => show(one, "focus", true));
  element.addEventListener("blur", () => show(one, "focus", false));
}
for (const note of document.querySelectorAll(".heed-peek-note")) note.hidden = covered.length === 0;

// While v is held; heed.js leaves the key alone where it finds something to uncover.
if (covered.length > 0) {
  const forAll = (yes) => covered.forEach((one) => show(one, "key", yes));
  document.addEventListener("keyup", (event) => event.key === "v" && forAll(false));
  window.addEventListener("blur", () => forAll(false));
  document.addEventListener("heed-peek", () => forAll(true));
}
export const canPeek = covered.length > 0;
