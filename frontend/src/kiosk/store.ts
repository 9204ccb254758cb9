// What the screen keeps until the server has it: sealed, in order, capped. A number is taken in the very transaction
// that keeps its event, so none is ever used twice or left out, wherever the browser is killed.
export interface Kept {
  readonly seq: number;
  readonly boot: string;
  readonly size: number;
  readonly sealed: Sealed;
  readonly files: readonly string[];
}
export interface Told {
  readonly id: number;
  readonly boot: string;
  readonly event: Record<string, unknown>;
  readonly files: readonly string[];
  readonly size: number;
}
interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}
interface Meter {
  boot: string;
  next: number;
  count: number;
  bytes: number;
  lost: number;
}
export interface Place {
  readonly id: number;
  readonly key: string;
}

export const MOST_EVENTS = 20_000;
export const MOST_BYTES = 50 * 1024 * 1024;

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("store"));
  });
}

function ended(work: IDBTransaction): Promise<void> {
  return new Promise((done, failed) => {
    work.oncomplete = () => done();
    work.onabort = work.onerror = () => failed(work.error ?? new Error("store"));
  });
}

function freshBoot(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Store {
  private constructor(private readonly db: IDBDatabase, private readonly key: CryptoKey) {}

  static async open(): Promise<Store> {
    const opening = indexedDB.open("barrymore-kiosk", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("state");
      opening.result.createObjectStore("events", { autoIncrement: true });
      opening.result.createObjectStore("files");
    };
    const db = await asked(opening);
    let key = (await asked(db.transaction("state").objectStore("state").get("key"))) as CryptoKey | undefined;
    if (!key) {
      // Not extractable: whoever copies the store without this browser reads nothing.
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const work = db.transaction("state", "readwrite", { durability: "strict" });
      const there = (await asked(work.objectStore("state").get("key"))) as CryptoKey | undefined;
      if (!there) work.objectStore("state").put(made, "key");
      key = there ?? made;
      await ended(work);
    }
    return new Store(db, key);
  }

  async note(name: string, value: unknown): Promise<void> {
    const work = this.db.transaction("state", "readwrite");
    work.objectStore("state").put(value, name);
    await ended(work);
  }

  async noted<T>(name: string): Promise<T | undefined> {
    return (await asked(this.db.transaction("state").objectStore("state").get(name))) as T | undefined;
  }

  // A screen that becomes another device takes what waits along, under numbers of its own.
  async connect(place: Place): Promise<void> {
    const sealed = await this.seal(new TextEncoder().encode(JSON.stringify(place)));
    const before = await this.place();
    const work = this.db.transaction(["state", "events"], "readwrite", { durability: "strict" });
    work.objectStore("state").put(sealed, "place");
    if (before?.id !== place.id) await this.renumber(work);
    await ended(work);
  }

  private async renumber(work: IDBTransaction): Promise<void> {
    const meter = await this.meter(work);
    Object.assign(meter, { boot: freshBoot(), next: 1 });
    const events = work.objectStore("events");
    for (const id of await asked(events.getAllKeys())) {
      const kept = (await asked(events.get(id))) as Kept;
      events.put({ ...kept, boot: meter.boot, seq: meter.next++ }, id);
    }
    work.objectStore("state").put(meter, "meter");
  }

  async place(): Promise<Place | undefined> {
    const sealed = await this.noted<Sealed>("place");
    return sealed ? (JSON.parse(new TextDecoder().decode(await this.unseal(sealed))) as Place) : undefined;
  }

  // False where the store is full: the caller says so on the screen, and the next heartbeat tells how many were lost.
  async put(event: Record<string, unknown>, files: ReadonlyMap<string, Blob> = new Map(), always = false): Promise<boolean> {
    const sealed = await this.seal(new TextEncoder().encode(JSON.stringify(event)));
    const sounds: [string, Sealed, string][] = [];
    for (const [name, blob] of files) sounds.push([name, await this.seal(new Uint8Array(await blob.arrayBuffer())), blob.type]);
    const size = sealed.data.byteLength + sounds.reduce((sum, [, one]) => sum + one.data.byteLength, 0);
    try {
      return await this.keep(sealed, sounds, size, always);
    } catch {
      await this.countLost();
      return false;
    }
  }

  private async keep(sealed: Sealed, sounds: readonly [string, Sealed, string][], size: number, always: boolean): Promise<boolean> {
    const work = this.db.transaction(["state", "events", "files"], "readwrite", { durability: "strict" });
    const meter = await this.meter(work);
    const fits = always || (meter.count < MOST_EVENTS && meter.bytes + size <= MOST_BYTES);
    if (fits) {
      const kept: Kept = { seq: meter.next, boot: meter.boot, size, sealed, files: sounds.map(([name]) => name) };
      work.objectStore("events").add(kept);
      for (const [name, one, kind] of sounds) work.objectStore("files").put({ ...one, kind }, name);
      Object.assign(meter, { next: meter.next + 1, count: meter.count + 1, bytes: meter.bytes + size });
    } else meter.lost += 1;
    work.objectStore("state").put(meter, "meter");
    await ended(work);
    return fits;
  }

  private async countLost(): Promise<void> {
    const work = this.db.transaction("state", "readwrite");
    const meter = await this.meter(work);
    meter.lost += 1;
    work.objectStore("state").put(meter, "meter");
    await ended(work);
  }

  // What could not be kept is told once: it leaves the count in the transaction that keeps its heartbeat.
  async putHeartbeat(event: Record<string, unknown>): Promise<void> {
    const { lost, count } = await this.standing();
    if (count && !lost) return;
    const told = lost ? { ...event, lost } : event;
    const sealed = await this.seal(new TextEncoder().encode(JSON.stringify(told)));
    const work = this.db.transaction(["state", "events"], "readwrite", { durability: "strict" });
    const meter = await this.meter(work);
    work.objectStore("events").add({ seq: meter.next, boot: meter.boot, size: sealed.data.byteLength, sealed, files: [] } satisfies Kept);
    Object.assign(meter, { next: meter.next + 1, count: meter.count + 1, bytes: meter.bytes + sealed.data.byteLength, lost: meter.lost - lost });
    work.objectStore("state").put(meter, "meter");
    await ended(work);
  }

  async standing(): Promise<Readonly<Meter>> {
    return this.meter(this.db.transaction("state"));
  }

  async isFull(): Promise<boolean> {
    const { count, bytes } = await this.standing();
    return count >= MOST_EVENTS || bytes >= MOST_BYTES;
  }

  // The oldest, in their order: at most so many and so large, all of one run.
  async first(most: number, bytes: number): Promise<Told[]> {
    const events = this.db.transaction("events").objectStore("events");
    const [ids, kept] = await Promise.all([asked(events.getAllKeys(null, most)), asked(events.getAll(null, most))]);
    const told: Told[] = [];
    let size = 0;
    for (const [index, one] of (kept as Kept[]).entries()) {
      size += one.sealed.data.byteLength;
      if (told.length && (size > bytes || one.boot !== told[0]?.boot)) break;
      const event = JSON.parse(new TextDecoder().decode(await this.unseal(one.sealed))) as Record<string, unknown>;
      told.push({ id: ids[index] as number, boot: one.boot, event: { ...event, seq: one.seq }, files: one.files, size: one.size });
    }
    return told;
  }

  async file(name: string): Promise<Blob | undefined> {
    const found = (await asked(this.db.transaction("files").objectStore("files").get(name))) as (Sealed & { kind: string }) | undefined;
    return found && new Blob([await this.unseal(found)], { type: found.kind });
  }

  async remove(gone: readonly Told[]): Promise<void> {
    const work = this.db.transaction(["state", "events", "files"], "readwrite", { durability: "strict" });
    const meter = await this.meter(work);
    for (const one of gone) {
      if ((await asked(work.objectStore("events").getKey(one.id))) === undefined) continue;
      work.objectStore("events").delete(one.id);
      for (const name of one.files) work.objectStore("files").delete(name);
      meter.count -= 1;
      meter.bytes -= one.size;
    }
    work.objectStore("state").put(meter, "meter");
    await ended(work);
  }

  private async meter(work: IDBTransaction): Promise<Meter> {
    const there = (await asked(work.objectStore("state").get("meter"))) as Meter | undefined;
    return there ?? { boot: freshBoot(), next: 1, count: 0, bytes: 0, lost: 0 };
  }

  private async seal(data: Uint8Array<ArrayBuffer>): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, data) };
  }

  private unseal(sealed: Sealed): Promise<ArrayBuffer> {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, this.key, sealed.data);
  }
}
