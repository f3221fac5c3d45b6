// After a new log-in the token of this page is an old one: it is renewed first, so that one press
// sends the form. Without this script the first press brings the page with a fresh one.
const kept = document.querySelector("[data-renews-token]");

kept.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    const fresh = page.querySelector("[name=csrfmiddlewaretoken]");
    if (fresh) kept.elements.csrfmiddlewaretoken.value = fresh.value;
  } finally {
    kept.submit();
  }
});
