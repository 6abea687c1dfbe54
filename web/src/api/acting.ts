// The bearer of the session in which somebody acts as another person: in this window's memory alone, gone with it.
let bearer: string | undefined;
let whenEnded: () => void = () => undefined;

export const inNameOf = {
  get bearer(): string | undefined {
    return bearer;
  },
  hold(token: string | undefined): void {
    bearer = token;
  },
  /** Called when that session has ended elsewhere, or by its time. */
  onEnded(then: () => void): void {
    whenEnded = then;
  },
  ended(): void {
    bearer = undefined;
    whenEnded();
  },
};
