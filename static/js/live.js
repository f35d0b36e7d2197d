// An element with data-live="URL" shows what that address answers, asked for again every data-live-every milliseconds
// while the tab is visible. It stops when the answer holds an element with data-live-done. Without scripts the page
// shows what was true when it was made.
const LEAST = 500;

function follow(element) {
  const every = Math.max(LEAST, Number(element.dataset.liveEvery) || 2000);
  let failures = 0;

  async function ask() {
    if (document.hidden) return document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const answer = await fetch(element.dataset.live, { headers: { "X-Live": "1" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      show(await answer.text());
      failures = 0;
    } catch { failures += 1; }
    if (element.querySelector("[data-live-done]")) return;
    setTimeout(ask, every * Math.min(2 ** failures, 16));
  }

  // Nothing is replaced while somebody is in it, and nothing that did not change: focus and open details stay.
  function show(html) {
    const fresh = html.trim();
    if (fresh === element.liveShown || element.contains(document.activeElement) || element.querySelector(":popover-open")) return;
    element.liveShown = fresh;
    element.innerHTML = fresh;
    element.dispatchEvent(new CustomEvent("live:shown", { bubbles: true }));
  }

  if (!element.querySelector("[data-live-done]")) setTimeout(ask, every);
}

document.querySelectorAll("[data-live]").forEach(follow);
