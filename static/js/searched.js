// A long select gets a box above it: what is typed there leaves the options that have it.
for (const select of document.querySelectorAll("select[data-searched]")) {
  const parts = [...select.children];
  const options = [...select.options];
  const text = new Map(options.map((option) => (
    [option, `${option.label} ${option.dataset.search ?? ""}`.toLowerCase()]
  )));
  const groups = new Map(options.map((option) => [option, option.parentElement]));
  const box = document.createElement("input");
  box.type = "search";
  box.className = "form-control searched";
  box.placeholder = select.dataset.searched;
  box.setAttribute("aria-label", select.dataset.searched);
  box.setAttribute("aria-controls", select.id);
  box.autocomplete = "off";
  select.before(box);

  // What somebody chose comes back when the box is emptied; Enter chooses as a press does.
  let picked = select.selectedOptions[0];
  const pick = () => { picked = select.selectedOptions[0]; };
  select.addEventListener("change", pick);
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (option) => words.every((word) => text.get(option).includes(word));
    // Taken out and put back: not every browser hides an option.
    for (const option of options) {
      option.remove();
      if (fits(option) && groups.get(option) !== select) groups.get(option).append(option);
    }
    parts.forEach((part) => part.remove());
    select.append(...parts.filter((part) => part.children.length || (part.value === "" && !words.length)));
    const left = [...select.options];
    (left.includes(picked) ? picked : left[0] ?? {}).selected = true;
  });
  // Enter chooses what stands first, and sends nothing yet.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    pick();
    select.focus();
  });
}
