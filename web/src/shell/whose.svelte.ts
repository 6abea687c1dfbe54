// Whose answers the window holds. Whatever was asked, opened or typed as one person is gone once the window is somebody else's: signed out, signed in as
// another (perhaps in another window with the same cookie), in another organization, acting in somebody's name.
import { forgetTurns } from '$api/turns';
import { forgetEarly } from './early';
import { mustEnrol } from './must_enrol.svelte';
import { sessionEnd, type Person } from './session_end.svelte';
import { stepUp } from './step_up.svelte';
import { forgetTyped } from './typed';

class Whose {
  /** Grows with every change; what belongs to a person is made anew with it (SignedIn.svelte). */
  turn = $state(0);
  /** Who it was by the last answer. */
  person: Person | undefined;
}
export const whose = new Whose();

export function forgetPerson(): void {
  forgetTurns(); // before what waits is answered: nothing of theirs is asked as somebody else
  stepUp.forget();
  sessionEnd.forget();
  forgetEarly();
  forgetTyped();
  mustEnrol.now = false;
  whose.person = undefined;
  whose.turn += 1;
}
