// SPDX-License-Identifier: Apache-2.0
// What QR codes say: those of deposits' pages and of certificates name a deposit; others are none of ours.
function depositNumber(text) {
  const page = text.match(/\/r\/([A-Za-z0-9._-]{1,64})$/);
  const certificate = text.match(/tallystick:[a-z0-9.-]+\/evidence\/deposit\/([A-Za-z0-9._-]{1,64})\/\d+\/[0-9a-f]{64}$/);
  return (page ?? certificate)?.[1];
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
