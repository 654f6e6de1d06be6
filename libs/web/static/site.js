/* What pages do better with scripts. All of them work without. */
"use strict";
document.documentElement.classList.add("usa-js-on");

/* An error summary takes the focus, so that it is read out. */
const errors = document.getElementById("errors");
if (errors) errors.focus();

/* Quick exit: the page is replaced, so that "back" does not lead here. Escape, three times, does the same. */
const leave = document.querySelector("[data-leave]");
if (leave) {
  const go = (event) => {
    event.preventDefault();
    document.body.hidden = true;
    fetch(leave.href, { method: "GET", redirect: "manual", keepalive: true });
    window.location.replace(leave.dataset.leave);
  };
  leave.addEventListener("click", go);
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    presses = presses.filter((at) => event.timeStamp - at < 2000).concat(event.timeStamp);
    if (presses.length >= 3) go(event);
  });
}

/* Two and a half minutes before the session ends it asks; when it has ended, the page goes with it. */
const WARNING_S = 150;
const idle = Number(document.body.dataset.idle);
const dialog = document.getElementById("ends-soon");
if (idle && dialog) {
  let warning, end;
  const start = () => {
    clearTimeout(warning);
    clearTimeout(end);
    warning = setTimeout(() => dialog.showModal(), Math.max(idle - WARNING_S, 1) * 1000);
    end = setTimeout(() => window.location.reload(), (idle + 1) * 1000);
  };
  start();
  dialog.querySelector("[data-stay]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok || answer.redirected) return window.location.reload();
    dialog.close();
    start();
  });
}

/* A form is sent once, however often its button is pressed. */
for (const form of document.querySelectorAll("form[method=post]:not([data-stay])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 10000);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
