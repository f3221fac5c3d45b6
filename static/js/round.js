// Enter goes to the next line instead of sending the form; 365 becomes 36.5. What is plausible and
// what is a fever stands with the field.
document.querySelectorAll(".round .temperature").forEach((input, index, all) => {
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
    input.classList.toggle("is-fever", parseFloat(input.value) >= fever);
  });
});
