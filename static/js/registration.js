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
