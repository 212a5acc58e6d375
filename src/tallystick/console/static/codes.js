// SPDX-License-Identifier: Apache-2.0
// Where a QR code leads on this console: the page of a deposit, or of whatever record a certificate
// is about; other codes are none of ours.
const DEPOSIT_PAGE = /^https?:\/\/[^\s/]+\/r\/([A-Za-z0-9._-]{1,64})$/;
const CERTIFICATE = /tallystick:([a-z0-9.-]+\/[a-z0-9_]+\/[a-z0-9_-]+\/([^\s/]\S*)\/\d{1,15}\/[0-9a-f]{64})$/;

function codePage(text) {
  const deposit = text.match(DEPOSIT_PAGE);
  if (deposit) return { href: `/r/${deposit[1]}`, subject: deposit[1] };
  const [, place, subject] = plain(text).match(CERTIFICATE) ?? [];
  return place && { href: `/p/tallystick:${place.split("/").map(encodeURIComponent).join("/")}`, subject };
}

// What is part of an address is percent-encoded, by the paper or by the browser.
function plain(text) {
  if (text.startsWith("tallystick:")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Returns what the code in a picture or in a frame of a video says, if there is one.
function codeText(picture, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(picture, 0, 0);
  const pixels = brush.getImageData(0, 0, width, height);
  return jsQR(pixels.data, width, height)?.data;
}
