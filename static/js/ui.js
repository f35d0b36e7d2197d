// Small helps only. Every page reads and works without this file.
const root = document.documentElement;

function everywhere(event, selector, act) {
  document.addEventListener(event, (e) => {
    const found = e.target.closest?.(selector);
    if (found) act(found, e);
  });
}

// Light or dark by hand. The cookie lets the server send the right colours at once, without a flash.
everywhere("click", "[data-theme-toggle]", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
});

// Copy, and say so on the button itself.
everywhere("click", "[data-copy]", async (button) => {
  const words = button.lastElementChild ?? button;
  const was = words.dataset.was ?? words.textContent;
  words.dataset.was = was;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.copied ?? "Copied";
  } catch {
    words.textContent = button.dataset.copyFailed ?? "Select the text to copy";
  }
  clearTimeout(button.copying);
  button.copying = setTimeout(() => { words.textContent = was; }, 2000);
});

// Confirm dialogs open as popovers without this file; with it they are modal, so that focus stays inside.
everywhere("click", "[data-open]", (button, e) => {
  const dialog = document.getElementById(button.dataset.open);
  if (!dialog?.showModal || dialog.open) return;
  e.preventDefault();
  dialog.showModal();
});
everywhere("click", "[data-close]", (button, e) => {
  const dialog = button.closest("dialog");
  if (!dialog?.open) return;
  e.preventDefault();
  dialog.close();
});
everywhere("click", "dialog", (dialog, e) => {
  if (e.target === dialog && dialog.open) dialog.close(); // the backdrop
});

// A form is sent once: a second tap on a slow line must not send it again.
everywhere("submit", "form[method='post']", (form, e) => {
  if (e.defaultPrevented) return;
  if (form.dataset.sending) { e.preventDefault(); return; }
  form.dataset.sending = "yes";
  setTimeout(() => { delete form.dataset.sending; }, 8000);
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sending]").forEach((form) => delete form.dataset.sending));

// Selects that stand alone in a filter send it; the button is for those without scripts.
everywhere("change", "[data-send-on-change]", (field) => field.form.requestSubmit());

// After a form came back with errors, start at the first one.
document.querySelector("[aria-invalid='true']")?.focus({ preventScroll: false });
