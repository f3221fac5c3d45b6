// What the frame does beyond plain pages; without it everything still works.

const messages = document.getElementById("messages");

// A second press while the first is on its way does nothing; a grave act asks first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (form.dataset.sent || (question && !window.confirm(question))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "1";
  }
}, true);
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A choice that stands alone sends its form, where the form asks for it.
document.addEventListener("change", (event) => {
  if (event.target.form?.hasAttribute("data-autosubmit")) event.target.form.requestSubmit();
});

// The rows of a list that are chosen for one act, and how many they are.
document.addEventListener("change", ({ target }) => {
  const form = target.form;
  const boxes = [...(form?.elements ?? [])].filter((each) => each.name === "chosen");
  if (target.hasAttribute("data-choose-all")) {
    boxes.forEach((box) => { box.checked = target.checked; });
  }
  const count = form?.querySelector("[data-chosen-count]");
  if (count) count.value = boxes.filter((box) => box.checked).length;
});

// "/" goes to the search, and Escape from there back to the page.
const search = document.querySelector(".topbar-search input");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    document.getElementById("main").focus();
  }
});

// Menus close on Escape, and on a press or a focus elsewhere.
const menuButton = document.querySelector(".menu-button");
function openMainMenu(open) {
  document.getElementById("mainnav").classList.toggle("is-open", open);
  menuButton.setAttribute("aria-expanded", open);
}
menuButton?.addEventListener("click", () => openMainMenu(menuButton.ariaExpanded !== "true"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (menuButton?.ariaExpanded === "true") {
    openMainMenu(false);
    menuButton.focus();
  }
});
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
}

// On a telephone what stands above a list leaves the room to the list.
if (window.matchMedia("(max-width: 40rem)").matches) {
  document.querySelectorAll("details.fold").forEach((part) => { part.open = false; });
}

// A form that came back with errors is read from its summary.
const summary = document.querySelector(".error-summary");
(summary ?? document.querySelector("[data-first-focus] .form-control"))?.focus();

// A whole page in answer to a fragment (the session ended, the case moved on): show it as a page.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!/^\s*<!doctype/i.test(detail.serverResponse)) return;
  detail.shouldSwap = false;
  const form = detail.requestConfig.elt.closest("form");
  if (detail.xhr.status === 403 && form) sendAsPage(form, detail.requestConfig);
  else window.location.reload();
});
// The page that answers then holds what was typed until somebody is logged in again.
function sendAsPage(form, { elt, triggeringEvent }) {
  const pressed = elt === form ? triggeringEvent?.submitter : elt;
  if (pressed?.name) {
    form.append(Object.assign(document.createElement("input"), {
      type: "hidden", name: pressed.name, value: pressed.value,
    }));
  }
  form.method = "post";
  form.submit();
}
for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => {
    messages.replaceChildren(document.getElementById("failed-message").content.cloneNode(true));
  });
}

// The row that was acted on keeps the focus when its new self replaces it.
document.addEventListener("htmx:afterSettle", (event) => {
  const pressed = event.detail.requestConfig?.triggeringEvent?.isTrusted;
  if (!pressed || document.activeElement !== document.body || messages.contains(event.target)) return;
  event.target.setAttribute("tabindex", "-1");
  event.target.focus();
});
