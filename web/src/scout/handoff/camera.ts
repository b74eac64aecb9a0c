// Reads QR codes from a camera: by the browser's own detector where it has one, else by jsqr.

interface Detector {
  detect(from: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare const BarcodeDetector: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> } | undefined;

type Read = (video: HTMLVideoElement) => Promise<string[]>;

const longest = 1280; // pixels of a side: more costs time and reads no better

async function reader(): Promise<Read> {
  if (typeof BarcodeDetector !== "undefined" && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video)).map((code) => code.rawValue);
  }
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, longest / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    const code = jsQR(data, width, height, { inversionAttempts: "dontInvert" });
    return code ? [code.data] : [];
  };
}

/**
 * watch shows the camera that looks away from the user in the video, and calls back with every
 * code that it reads, until stopped. It rejects where there is no camera to be had.
 */
export async function watch(video: HTMLVideoElement, seen: (text: string) => void, stop: AbortSignal) {
  const [read, stream] = await Promise.all([
    reader(),
    navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    }),
  ]);
  const end = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (stop.aborted) return end();
  stop.addEventListener("abort", end);
  video.srcObject = stream;
  await video.play();
  const next = () =>
    new Promise((resolve) => (video.requestVideoFrameCallback ? video.requestVideoFrameCallback(resolve) : requestAnimationFrame(resolve)));
  while (!stop.aborted) {
    await next();
    if (video.videoWidth > 0 && !stop.aborted) for (const text of await read(video)) seen(text);
  }
}
