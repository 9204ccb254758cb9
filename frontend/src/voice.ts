// A voice message recorded in the page: it becomes the file of the form, and is heard again before it is sent.
const longest = 90_000;

function put(input: HTMLInputElement, parts: Blob[], kind: string): void {
  const files = new DataTransfer();
  files.items.add(new File(parts, `voice.${kind.includes("mp4") ? "mp4" : "webm"}`, { type: kind }));
  input.files = files.files;
}

function start(button: HTMLButtonElement): void {
  const form = button.closest("form") as HTMLFormElement;
  const input = form.querySelector<HTMLInputElement>('input[name="voice"]') as HTMLInputElement;
  const state = form.querySelector<HTMLElement>("[data-record-state]") as HTMLElement;
  const label = button.querySelector("span") as HTMLElement;
  const word = label.textContent ?? "";
  let recorder: MediaRecorder | null = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return recorder.stop();
    try {
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts: Blob[] = [];
      const made = new MediaRecorder(sound);
      recorder = made;
      made.addEventListener("dataavailable", (event) => parts.push(event.data));
      made.addEventListener("stop", () => {
        for (const track of sound.getTracks()) track.stop();
        put(input, parts, made.mimeType);
        label.textContent = button.dataset["wordAgain"] ?? word;
        const heard = Object.assign(document.createElement("audio"), { controls: true, src: URL.createObjectURL(new Blob(parts, { type: made.mimeType })) });
        state.replaceChildren(heard);
      });
      made.start();
      label.textContent = button.dataset["wordStop"] ?? word;
      setTimeout(() => made.state === "recording" && made.stop(), longest);
    } catch {
      state.textContent = button.dataset["wordRefused"] ?? "";
    }
  });
}

export function startVoice(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('.told-files input[name="picture"]')) {
    input.addEventListener("change", () => {
      const name = input.closest("label")?.querySelector("[data-file-name]");
      if (name && input.files?.[0]) name.textContent = input.files[0].name;
    });
  }
  if (!navigator.mediaDevices || typeof MediaRecorder === "undefined") return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-record]")) start(button);
}
