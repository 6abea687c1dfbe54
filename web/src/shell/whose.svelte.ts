// Whose answers the window holds. Whatever was asked, opened or typed as one person is gone once the window is somebody else's: signed out, signed in as
// another (perhaps in another window with the same cookie), in another organization, acting in somebody's name.
import { forgetEarly } from './early';
import { mustEnrol } from './must_enrol.svelte';
import { stepUp } from './step_up.svelte';

class Whose {
  /** Grows with every change; what belongs to a person is made anew with it (SignedIn.svelte). */
  turn = $state(0);
}
export const whose = new Whose();

export function forgetPerson(): void {
  stepUp.forget();
  forgetEarly();
  mustEnrol.now = false;
  whose.turn += 1;
}
