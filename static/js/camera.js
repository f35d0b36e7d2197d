// Reads a code by the camera into a text field and sends its form, where the browser can: the field works without it.
"use strict";
for (const box of document.querySelectorAll("[data-camera]")) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) continue;
  const field = document.getElementById(box.dataset.camera);
  const [start, stop] = [box.querySelector("[data-camera-start]"), box.querySelector("[data-camera-stop]")];
  const [view, said] = [box.querySelector("video"), box.querySelector("[role=status]")];
  let stream = null;

  const end = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = stop.hidden = true;
    start.hidden = false;
    said.textContent = "";
  };

  const look = async (detector) => {
    while (stream) {
      const found = await detector.detect(view).catch(() => []);
      if (stream && found.length) {
        field.value = found[0].rawValue;
        end();
        field.form.requestSubmit();
      }
      await new Promise(requestAnimationFrame);
    }
  };

  start.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      view.srcObject = stream;
      view.hidden = stop.hidden = false;
      start.hidden = true;
      await view.play();
      said.textContent = said.dataset.looking;
      stop.focus();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      end();
      said.textContent = said.dataset.refused;
    }
  });
  stop.addEventListener("click", () => { end(); start.focus(); });
  addEventListener("pagehide", end);
  box.hidden = false;
}
