// Makes photos small before they leave the phone. Drawn anew they carry no place, time or device.
const field = document.querySelector("[data-photos]");
const input = field?.querySelector("input[type=file]");
const MOST = 4;
const LARGEST = 500_000;
const SIDES = [1600, 1200, 900, 640];
const held = [];

const drawn = async (file, side) => {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
};

const small = async (file) => {
  for (const side of SIDES) {
    const canvas = await drawn(file, side);
    for (const quality of [0.8, 0.6, 0.4]) {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (blob && blob.size <= LARGEST) return blob;
    }
  }
  throw new Error("too large");
};

const show = () => {
  const list = field.querySelector(".photos");
  for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  list.replaceChildren(...held.map((blob, number) => {
    const item = document.createElement("li");
    const image = Object.assign(new Image(), { src: URL.createObjectURL(blob), alt: "" });
    const name = field.dataset.remove.replace("%s", number + 1);
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "button-link", textContent: name,
    });
    button.addEventListener("click", () => {
      held.splice(number, 1);
      show();
    });
    item.append(image, button);
    return item;
  }));
  input.disabled = held.length >= MOST;
};

const take = async () => {
  const chosen = [...input.files].slice(0, MOST - held.length);
  const said = field.querySelector("[role=status]");
  said.textContent = "";
  for (const file of chosen) {
    await small(file).then((blob) => held.push(blob)).catch(() => {
      said.textContent = field.dataset.failed;
    });
  }
  // What is sent are the small ones.
  input.value = "";
  show();
};

input?.addEventListener("change", take);

// As bytes: some browsers lose blobs of a private window.
export const photos = () => Promise.all(
  held.map(async (blob) => ({ type: blob.type, bytes: await blob.arrayBuffer() })),
);
