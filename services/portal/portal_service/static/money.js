/* While the bank has not answered the page looks again by itself, a few times. Without scripts there is a link. */
"use strict";
const LOOK_AFTER_MS = 2500;
const LOOKS_MAX = 12;
if (document.querySelector("[data-pending]")) {
  const key = "looked " + window.location.pathname;
  const looked = Number(sessionStorage.getItem(key) || 0);
  if (looked < LOOKS_MAX) {
    sessionStorage.setItem(key, String(looked + 1));
    setTimeout(() => window.location.reload(), LOOK_AFTER_MS);
  }
}
