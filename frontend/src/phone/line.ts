// The line to the telephone system: signs in, rings, talks. Knows nothing of the page.
import { UA, WebSocketInterface } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";

export interface Place {
  socket: string;
  uri: string;
  user: string;
  password: string;
  ice: RTCIceServer[];
}

export type LineState = "connecting" | "ready" | "away" | "refused";
export type CallState = "none" | "ringing" | "calling" | "talking" | "held";

export interface Heard {
  line(state: LineState): void;
  call(state: CallState, who: string): void;
  sound(stream: MediaStream): void;
  ended(cause: string): void;
}

// Whoever closes the window, or loses the network, is taken for gone by the other side within seconds.
const REGISTER_SECONDS = 60;

export class Line {
  private session: RTCSession | null = null;
  private readonly agent: UA;
  private isHeld = false;

  constructor(
    private readonly place: Place,
    private readonly heard: Heard,
  ) {
    const socket = new WebSocketInterface(place.socket);
    this.agent = new UA({
      sockets: [socket], uri: place.uri, authorization_user: place.user, password: place.password,
      register_expires: REGISTER_SECONDS, session_timers: false, user_agent: "Barrymore", connection_recovery_max_interval: 8,
    });
    this.agent.on("connecting", () => heard.line("connecting"));
    this.agent.on("registered", () => heard.line("ready"));
    this.agent.on("disconnected", () => heard.line("away"));
    this.agent.on("unregistered", () => heard.line("away"));
    this.agent.on("registrationFailed", (told) => heard.line(told.response?.status_code === 401 || told.response?.status_code === 403 ? "refused" : "away"));
    this.agent.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => this.begin(event.session as RTCSession, event.originator === "remote"));
  }

  start(): void {
    this.agent.start();
  }

  stop(): void {
    this.session?.terminate();
    this.agent.stop();
  }

  // One call at a time: a second one is busy, and its caller goes to somebody else.
  private begin(session: RTCSession, isIncoming: boolean): void {
    if (this.session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.session = session;
    this.isHeld = false;
    const who = session.remote_identity.display_name || session.remote_identity.uri.user;
    session.on("peerconnection", () => this.listen());
    if (session.connection) this.listen();
    session.on("confirmed", () => this.heard.call("talking", who));
    session.on("hold", () => this.heard.call("held", who));
    session.on("unhold", () => this.heard.call("talking", who));
    const over = (told: { cause?: string }): void => {
      this.session = null;
      this.heard.call("none", "");
      this.heard.ended(told.cause ?? "");
    };
    session.on("ended", over);
    session.on("failed", over);
    this.heard.call(isIncoming ? "ringing" : "calling", who);
  }

  private listen(): void {
    const peer = this.session?.connection;
    peer?.addEventListener("track", (event) => this.heard.sound(event.streams[0] ?? new MediaStream([event.track])));
  }

  private get media(): { mediaConstraints: MediaStreamConstraints; pcConfig: RTCConfiguration } {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return { mediaConstraints: { audio, video: false }, pcConfig: { iceServers: this.place.ice } };
  }

  accept(): void {
    this.session?.answer(this.media);
  }

  call(number: string): void {
    if (!this.session) this.agent.call(number, this.media);
  }

  hangUp(): void {
    this.session?.terminate(this.session.direction === "incoming" && !this.session.isEstablished() ? { status_code: 486 } : undefined);
  }

  // The keys go in the sound itself, as every telephone system understands them.
  press(key: string): void {
    this.session?.sendDTMF(key, { transportType: "RFC2833" as never });
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  hold(on: boolean): void {
    if (on === this.isHeld || !this.session) return;
    this.isHeld = on;
    if (on) this.session.hold();
    else this.session.unhold();
  }

  get peer(): RTCPeerConnection | null {
    return this.session?.connection ?? null;
  }
}
