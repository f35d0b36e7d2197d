// A long import is taken in slice by slice: the page sends its own "Go on" until it is done. Without scripts one presses it.
document.querySelectorAll("form[data-go-on]").forEach((form) => form.requestSubmit());
