// Keeps what is typed as a draft until the form is sent.
const form = document.getElementById("registration");
const state = document.getElementById("draft-state");
let waiting = 0;
let sending = null;

async function keep() {
  waiting = 0;
  sending = new AbortController();
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body: new FormData(form),
      signal: sending.signal,
    });
    // An ended session answers with the login page.
    state.textContent = answer.status === 204 ? state.dataset.saved : state.dataset.failed;
  } catch (error) {
    if (error.name !== "AbortError") state.textContent = state.dataset.failed;
  }
}

form.addEventListener("input", () => {
  waiting ||= setTimeout(keep, 2000);
});
// What is sent needs no draft: the answer brings it back, or it is registered.
form.addEventListener("submit", () => {
  clearTimeout(waiting);
  waiting = 0;
  sending?.abort();
});
// A tab that is being closed can't wait for an answer.
window.addEventListener("pagehide", () => {
  if (waiting) navigator.sendBeacon(form.dataset.draftUrl, new FormData(form));
});

// Lines that are whole are read at once: two of 44 or 36 characters, or three of 30.
const WHOLE = [[44, 44], [36, 36], [30, 30, 30]].map(String);
form.addEventListener("input", ({ target }) => {
  if (target.id !== "mrz") return;
  const lines = target.value.trim().split(/\s+/).map((line) => line.length);
  if (WHOLE.includes(String(lines))) document.getElementById("read-mrz").click();
});
// Then the next to type is what they do not say, or say wrongly.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.requestConfig?.elt.id !== "read-mrz") return;
  const boxes = [...form.querySelectorAll("#section-A :is(input, select):not([type=hidden])")]
    .filter((box) => box.checkVisibility());
  const isOpen = (box) => (box.type === "radio"
    ? !form.querySelector(`[name="${box.name}"]:checked`)
    : box.required && !box.value);
  (boxes.find((box) => box.ariaInvalid === "true") ?? boxes.find(isOpen))?.focus();
});
// A suggestion does not replace what was typed while it was on its way.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const box = document.activeElement;
  const isTyping = box.id === "id_person-surname_latin" || box.id === "id_person-given_names_latin";
  if (detail.requestConfig.elt.id === "suggest-latin" && isTyping && box.value !== box.defaultValue) {
    detail.shouldSwap = false;
  }
});
