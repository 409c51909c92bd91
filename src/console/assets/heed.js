// What makes the console quicker where there is JavaScript; everything works without it.
import {initAll} from "./govuk.js";
import {canPeek} from "./queue.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Keys: j and k walk the rows of a list, Enter opens one; a letter does what the button or link with that data-heed-key does. Never while
// somebody types, and never with Ctrl, Alt or Meta, which are the browser's.
const rows = [...document.querySelectorAll("[data-heed-row]")];
let current = -1;

function walk(by) {
  if (rows.length === 0) return;
  rows[current]?.classList.remove("heed-row--current");
  current = Math.min(rows.length - 1, Math.max(0, current + by));
  rows[current].classList.add("heed-row--current");
  rows[current].querySelector("a")?.focus();
}

function help() {
  const shown = document.querySelector("dialog.heed-keys");
  if (shown) return shown.close(), shown.remove();
  const dialog = document.createElement("dialog");
  dialog.className = "heed-keys govuk-body";
  dialog.setAttribute("aria-labelledby", "heed-keys-title");
  const title = document.createElement("h2");
  title.className = "govuk-heading-m";
  title.id = "heed-keys-title";
  title.textContent = "Keys";
  const list = document.createElement("dl");
  const keys = [["j, k", "next, previous row"], ["Enter", "open it"], ["q", "the queue"], ["d", "decide"], ["c", "claim, or stop"], ["x", "choose the row"], ["b", "act on the chosen rows"], ["v", "show covered words"], ["r", "propose a response"], ["n", "next case, next page"], ["u", "take the decision back"], ["?", "this help"], ["Esc", "close it"]];
  for (const [key, what] of keys) {
    const term = document.createElement("dt");
    const says = document.createElement("dd");
    term.textContent = key;
    says.textContent = what;
    list.append(term, says);
  }
  dialog.append(title, list);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || target.isContentEditable) return;
  if (target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog")) return;
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  else if (event.key === "?") help();
  else if (event.key === "q") location.assign("/queue");
  else if (event.key === "x") rows[current]?.querySelector(".heed-select input[type=checkbox]")?.click();
  else if (event.key === "v" && canPeek) document.dispatchEvent(new Event("heed-peek"));
  else {
    const found = document.querySelector(`[data-heed-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    const details = found.closest("details:not([open])");
    if (details) {  // what must be filled in first is shown instead
      details.open = true;
      details.querySelector(`form:has([data-heed-key="${CSS.escape(event.key)}"]) input:not([type=hidden])`)?.focus();
    } else found.click();
  }
  event.preventDefault();
});
