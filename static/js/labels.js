// The print button; without scripts the browser's own menu prints the same sheet.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
