// Passkeys: asks the browser for one and sends its answer by the form, since no script may stand in a page.

type Told = { publicKey: Record<string, unknown> };
type Described = { id: string; type: "public-key"; transports?: AuthenticatorTransport[] };

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function described(told: unknown): PublicKeyCredentialDescriptor[] {
  return ((told as Described[] | undefined) ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function made({ publicKey }: Told): Promise<object> {
  const user = publicKey["user"] as { id: string; name: string; displayName: string };
  const asked = {
    ...publicKey,
    challenge: bytes(publicKey["challenge"] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(publicKey["excludeCredentials"]),
    // Without these a passkey could not open the door by itself.
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
  } as unknown as PublicKeyCredentialCreationOptions;
  const found = (await navigator.credentials.create({ publicKey: asked })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAttestationResponse;
  return shape(found, { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] });
}

async function used({ publicKey }: Told): Promise<object> {
  const asked = {
    ...publicKey,
    challenge: bytes(publicKey["challenge"] as string),
    allowCredentials: described(publicKey["allowCredentials"]),
  } as PublicKeyCredentialRequestOptions;
  const found = (await navigator.credentials.get({ publicKey: asked })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return shape(found, {
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

function shape(found: PublicKeyCredential, response: object): object {
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    authenticatorAttachment: found.authenticatorAttachment,
    clientExtensionResults: found.getClientExtensionResults(),
    response: { clientDataJSON: text(found.response.clientDataJSON), ...response },
  };
}

async function options(form: HTMLFormElement): Promise<Told> {
  if (form.dataset["options"]) return JSON.parse(form.dataset["options"]) as Told;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return ((await answer.json()) as { request_options: Told }).request_options;
}

function say(form: HTMLFormElement, what: string): void {
  const place = form.querySelector<HTMLElement>("[role=alert]");
  if (!place) return;
  place.textContent = form.dataset[what] ?? "";
  place.hidden = !place.textContent;
}

// The browser refuses an IP address, and everything that is neither https nor localhost.
function hindrance(): string {
  if (!window.isSecureContext || /^[\d.]+$|:/.test(location.hostname)) return "saysUnable";
  return "PublicKeyCredential" in window ? "" : "saysOld";
}

async function ask(form: HTMLFormElement): Promise<void> {
  say(form, "");
  const missing = hindrance();
  if (missing) return say(form, missing);
  if (!form.reportValidity()) return;
  try {
    const told = await options(form);
    const answer = await (form.dataset["passkey"] === "create" ? made(told) : used(told));
    const field = form.querySelector<HTMLInputElement>('input[name="credential"]');
    if (field) field.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    say(form, error instanceof DOMException && error.name === "InvalidStateError" ? "saysKnown" : "saysTurnedBack");
  }
}

export function startPasskeys(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.querySelector("button")?.addEventListener("click", () => void ask(form));
    form.addEventListener("submit", (event) => {
      // Enter in the field of the name asks for the passkey too, instead of sending nothing.
      event.preventDefault();
      void ask(form);
    });
    if (hindrance() && form.dataset["passkey"] === "create") say(form, hindrance());
  }
}
