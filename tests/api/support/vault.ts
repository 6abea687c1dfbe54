// The vault's cryptography as its description says it, written once more from that text.
import { createDecipheriv, createHmac } from 'node:crypto';
import type { Row } from './database.ts';

/** base64(first 16 bytes of HMAC-SHA-256(MK, "gatehouse/vault/check/v1")). */
export function masterKeyCheck(masterKey: string): string {
  const mac = createHmac('sha256', Buffer.from(masterKey, 'base64')).update('gatehouse/vault/check/v1').digest();
  return mac.subarray(0, 16).toString('base64');
}

/** Opens `wrapped_mk` of a vault row under the key-encryption key; throws when it does not belong to this person. */
export function unwrap(row: Row, kek: Buffer, userId: string): string {
  const wrapped = Buffer.from(row['wrapped_mk'] as string, 'base64');
  const iv = Buffer.from(row['wrap_iv'] as string, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', kek, iv);
  decipher.setAAD(Buffer.from(`gatehouse/vault/v2\0${userId}\0${row['kek_id'] as string}`));
  decipher.setAuthTag(wrapped.subarray(32));
  return Buffer.concat([decipher.update(wrapped.subarray(0, 32)), decipher.final()]).toString('base64');
}
