// How the connection stands, from what the browser measures itself: lost packets, jitter, the way and back.
export type Light = "unknown" | "good" | "fair" | "poor";

export interface Measured {
  lost: number;
  jitterMs: number;
  roundMs: number;
}

// From here on speech becomes tiring, then hard to follow (ITU-T G.114 for the delay; loss without concealment).
const FAIR = { lost: 0.01, jitterMs: 30, roundMs: 300 };
const POOR = { lost: 0.05, jitterMs: 60, roundMs: 600 };

export function lightOf(now: Measured): Light {
  const beyond = (limits: Measured): boolean => now.lost > limits.lost || now.jitterMs > limits.jitterMs || now.roundMs > limits.roundMs;
  if (beyond(POOR)) return "poor";
  return beyond(FAIR) ? "fair" : "good";
}

interface Counts {
  received: number;
  lost: number;
}

export class Meter {
  private before: Counts = { received: 0, lost: 0 };

  // Since the last look; null while nothing has come yet.
  async look(peer: RTCPeerConnection): Promise<Measured | null> {
    let now: Counts | null = null;
    let jitterMs = 0;
    let roundMs = 0;
    for (const one of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
      if (one["type"] === "inbound-rtp" && one["kind"] === "audio") {
        now = { received: Number(one["packetsReceived"] ?? 0), lost: Number(one["packetsLost"] ?? 0) };
        jitterMs = 1000 * Number(one["jitter"] ?? 0);
      } else if (one["type"] === "remote-inbound-rtp") {
        roundMs = 1000 * Number(one["roundTripTime"] ?? 0);
      }
    }
    if (!now || now.received === this.before.received) return null;
    const came = now.received - this.before.received;
    const gone = Math.max(0, now.lost - this.before.lost);
    this.before = now;
    return { lost: gone / Math.max(1, came + gone), jitterMs, roundMs };
  }
}
