/* Passkeys: the browser makes or uses one; its answer is sent as the field of a form. */
"use strict";
const place = document.querySelector("[data-passkey]");
if (place) {
  const makes = place.dataset.passkey === "create";
  const form = place.querySelector("form");
  const start = place.querySelector("[data-start]");
  const failed = place.querySelector("[data-failed]");
  const able = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  start.hidden = !able;
  failed.hidden = Boolean(able);
  start.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const said = JSON.parse(place.dataset.options);
      const found = makes
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(said) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(said) });
      form.elements.credential.value = JSON.stringify(found.toJSON());
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  });
}
