/* A photo that is longer than we take is made smaller before it is sent; it then no longer tells where it was taken. */
"use strict";
const PHOTO = ["image/jpeg", "image/png"];
const LONGEST_SIDE = 3000;
const QUALITY = 0.85;

const smaller = async (file) => {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
};

for (const input of document.querySelectorAll("input[type=file][data-limit]")) {
  const limit = Number(input.dataset.limit);
  const said = input.parentElement.querySelector("[data-file-said]");
  const button = input.form.querySelector("button[type=submit]");
  input.addEventListener("change", async () => {
    said.textContent = "";
    const file = input.files[0];
    if (!file || file.size <= limit) return;
    button.disabled = true;
    try {
      if (!PHOTO.includes(file.type)) throw new Error("no photo");
      const made = await smaller(file);
      if (made.size > limit) throw new Error("still too big");
      const held = new DataTransfer();
      held.items.add(made);
      input.files = held.files;
      said.textContent = input.dataset.madeSmaller;
    } catch {
      said.textContent = input.dataset.tooBig;
      input.value = "";
    }
    button.disabled = false;
  });
}
