// Fields that matter only with a certain answer elsewhere are hidden until it is given. The server
// says with which (data-matters, made in returnees/forms/relevance.py). What is filled in or marked
// stays in sight; without this script everything does.
const whole = document.getElementById("registration");

const answersTo = (name) => [...whole.elements]
  .filter((each) => each.name === name && each.value)
  .filter((each) => !["radio", "checkbox"].includes(each.type) || each.checked)
  .map((each) => each.value);

function holds({ beside, only, unless, since }) {
  const given = answersTo(beside);
  if (since) return given.some((day) => Number(day.match(/(19|20)\d\d/)?.[0]) >= since);
  if (unless.length) return !given.some((each) => unless.includes(each));
  return given.some((each) => !only.length || only.includes(each));
}

function isFilledIn(box) {
  if (box.type === "radio") return box.checked && box.value !== "no";
  if (box.type === "checkbox") return box.checked;
  if (["hidden", "button", "submit"].includes(box.type)) return false;
  return box.value !== "" && box.value !== box.dataset.default;
}
const hasAnswer = (part) => [...part.querySelectorAll("input, select, textarea")].some(isFilledIn);

function arrange() {
  for (const box of whole.querySelectorAll("[data-matters]")) {
    const part = box.matches(".rows") ? box : box.closest(".field");
    const matters = JSON.parse(box.dataset.matters).every(holds);
    part.hidden = !matters && !hasAnswer(part) && !part.querySelector(".error");
  }
}

function fold() {
  for (const part of whole.querySelectorAll("details[data-fold]")) {
    part.open = hasAnswer(part) || part.querySelector(".error") !== null;
  }
}

fold();
arrange();
whole.addEventListener("input", arrange);
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.contains(whole.querySelector("details[data-fold]"))) fold();
  arrange();
});
