// Step-up for tests of something else that stands behind it.
import { fromNow, type Database } from './database.ts';

/** Every session of an organization has proven who it is, for as long as a file takes. */
export async function provenFor(database: Database, organizationId: string, purpose = 'security_settings'): Promise<void> {
  await database.run`
    INSERT INTO step_up_challenges (organization_id, user_id, session_id, purpose, method, expires_at, satisfied_at)
    SELECT organization_id, user_id, id, ${purpose}, 'email_otp', ${fromNow(0)}, ${fromNow(7200)}
    FROM sessions WHERE organization_id = ${organizationId}`;
}
