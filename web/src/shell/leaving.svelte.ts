// Leaving a page where something was typed and not sent: asked before it is lost.
import { forgetTyped, isSomethingTyped } from './typed';

class Leaving {
  /** What waits for the answer. */
  go = $state.raw<(() => void) | undefined>();
  /** Whether somebody is there who asks: not on the pages for everybody. */
  isAsked = false;

  get wouldLose(): boolean {
    return this.isAsked && isSomethingTyped();
  }

  /** At once where nothing is lost. */
  by(go: () => void): void {
    if (this.wouldLose) this.go = go;
    else go();
  }

  end(leaves: boolean): void {
    const go = this.go;
    this.go = undefined;
    if (!leaves) return;
    forgetTyped();
    go?.();
  }
}
export const leaving = new Leaving();

// Another address, another site, a closed tab: the browser asks.
addEventListener('beforeunload', (event) => {
  if (leaving.wouldLose) event.preventDefault();
});
