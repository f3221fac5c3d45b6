// Enter goes to the next line instead of sending the form; 365 becomes 36.5.
document.querySelectorAll(".round .temperature").forEach((input, index, all) => {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    const next = all[index + 1];
    if (next) { event.preventDefault(); next.focus(); next.select(); }
  });
  input.addEventListener("change", () => {
    const digits = input.value.trim().replace(",", ".");
    input.value = /^[34]\d{2}$/.test(digits) ? `${digits.slice(0, 2)}.${digits[2]}` : digits;
    input.classList.toggle("is-fever", parseFloat(input.value) >= 37.3);
  });
});
