// The bell: two tones of the browser itself, so that no sound file is fetched and nothing is blocked.
export class Bell {
  private context: AudioContext | null = null;
  private timer = 0;

  // A browser lets a page sound only after somebody has touched it.
  allow(): void {
    this.context ??= new AudioContext();
    void this.context.resume();
  }

  start(): void {
    if (this.timer) return;
    this.strike();
    this.timer = window.setInterval(() => this.strike(), 3000);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = 0;
  }

  private strike(): void {
    if (!this.context) return;
    const at = this.context.currentTime;
    for (const [begins, tone] of [[0, 660], [0.35, 880]] as const) {
      const sound = this.context.createOscillator();
      const loud = this.context.createGain();
      sound.frequency.value = tone;
      loud.gain.setValueAtTime(0, at + begins);
      loud.gain.linearRampToValueAtTime(0.18, at + begins + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.001, at + begins + 0.9);
      sound.connect(loud).connect(this.context.destination);
      sound.start(at + begins);
      sound.stop(at + begins + 1);
    }
  }
}
