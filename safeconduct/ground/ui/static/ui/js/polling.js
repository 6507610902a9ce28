// For pages that fetch a part of themselves again and again: when nobody answers they say so
// instead of looking alive, and whoever has been signed out meanwhile is led to the sign-in page.
const notice = document.getElementById("unanswered");

function silent(isSilent) {
  if (notice) notice.hidden = !isSilent;
  document.body.classList.toggle("unanswered", isSilent);
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => silent(true));
}

// "Not changed" is an answer too: it swaps nothing.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) silent(false);
});

// The sign-in page must not appear in the middle of the numbers.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const asked = new URL(pathInfo.requestPath, location.href).pathname;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
