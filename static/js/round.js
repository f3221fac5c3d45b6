// Enter goes to the next line instead of sending the form; 365 becomes 36.5. What is plausible and
// what is a fever stands with the field.
const boxes = document.querySelectorAll(".round .temperature");
if (!document.querySelector(".round .error")) boxes[0]?.focus({ preventScroll: true });
boxes.forEach((input, index, all) => {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    const next = all[index + 1];
    if (next) { event.preventDefault(); next.focus(); next.select(); }
  });
  input.addEventListener("change", () => {
    const { coldest, hottest, fever } = input.dataset;
    const typed = input.value.normalize("NFKC").trim().replace(/[,。]/, ".");
    const tenths = Number(typed) / 10;
    const withoutPoint = /^\d{3}$/.test(typed) && tenths >= coldest && tenths <= hottest;
    input.value = withoutPoint ? tenths.toFixed(1) : typed;
    const row = input.closest("tr");
    row.classList.toggle("is-fever", parseFloat(input.value) >= fever);
    row.querySelector(".fever-advice")?.remove();
    if (row.matches(".is-fever")) {
      const advice = document.getElementById("fever-advice").content.cloneNode(true);
      advice.querySelector("b").textContent = row.dataset.name;
      input.after(advice);
    }
  });
});
