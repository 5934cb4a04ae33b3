/** Why a snapshot cannot be restored; each message is for the operator who asked for it. */

/** A copy is not what was stored. Another copy may be. */
export class CorruptCopy extends Error {
  override name = 'CorruptCopy';
}

/** The target holds data, and nobody said that it may go. */
export class TargetNotEmpty extends Error {
  override name = 'TargetNotEmpty';
}

/** The snapshot cannot be restored by this version of the code. */
export class SchemaMismatch extends Error {
  override name = 'SchemaMismatch';
}

/** Every place was tried. */
export class NoUsableCopy extends Error {
  override name = 'NoUsableCopy';
}

/** No pair can be had; the message says what there is. */
export class NoPair extends Error {
  override name = 'NoPair';
}

/** Those whose message says all there is to say. */
export const restoreErrors = [CorruptCopy, TargetNotEmpty, SchemaMismatch, NoUsableCopy, NoPair] as const;
