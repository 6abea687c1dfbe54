// Whether nothing is answered before a second factor is set up: the organization requires one. Told by the first refusal that says so.
import { onMustEnrol } from '$api/client';

class MustEnrol {
  now = $state(false);
}
export const mustEnrol = new MustEnrol();

onMustEnrol(() => (mustEnrol.now = true));
