// What the house tells a screen.
import type { Definition, Words } from "../questionnaire";
import type { Slide } from "./schedule";

export interface Campaign {
  readonly campaign: number;
  readonly questionnaire: number;
  readonly definition: Definition & { readonly words?: Readonly<Record<string, Words>> };
  readonly opening: Words;
  readonly review: string;
}
export interface Target {
  readonly id: number;
  readonly kind: "person" | "service";
  readonly name: string;
  readonly picture: string;
}
export interface Screen {
  readonly company: string;
  readonly device: string;
  readonly point: string;
  readonly mode: "ask" | "buttons" | "cheer" | "post";
  readonly keys: readonly string[];
  readonly photo_notice?: Words;
  readonly photo_face?: readonly string[];
  readonly slides: readonly Slide[];
  readonly targets: readonly Target[];
}
export const SMILES = ["great", "good", "meh", "bad"] as const;
