// A button in each box for a day opens the browser's calendar; what is chosen there is typed into
// the box. Without a calendar of its own the browser leaves the box as it is: for typing.
const DAY = "date";

function addCalendar(box) {
  const picker = document.createElement("input");
  if (box.dataset.hasCalendar || !picker.showPicker) return;
  box.dataset.hasCalendar = "1";
  const kind = box.dataset.date;
  Object.assign(picker, { type: kind, tabIndex: -1, max: kind === DAY ? "9999-12-31" : "9999-12-31T23:59" });
  picker.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "calendar-button", tabIndex: -1, title: box.dataset.calendar });
  button.setAttribute("aria-label", box.dataset.calendar);
  const frame = document.createElement("span");
  frame.className = "day-box";
  box.replaceWith(frame);
  frame.append(box, picker, button);
  button.addEventListener("click", () => {
    picker.value = box.value.replace(" ", "T");
    picker.showPicker();
  });
  picker.addEventListener("change", (event) => {
    event.stopPropagation();
    box.value = picker.value.replace("T", " ");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    box.focus();
  });
}

function addCalendars(part) {
  part.querySelectorAll("input[data-date]").forEach(addCalendar);
}

addCalendars(document);
document.addEventListener("htmx:load", ({ detail }) => addCalendars(detail.elt.parentElement ?? detail.elt));
