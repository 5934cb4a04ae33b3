/** A tar archive consists of blocks of this size; a file is preceded by one and padded to the next. */
export const TAR_BLOCK = 512;
/** What follows the last file. */
export const TAR_END = Buffer.alloc(2 * TAR_BLOCK);

/** The bytes a file of `bytes` takes in the archive, without its header. */
export const paddedSize = (bytes: number): number => Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;

const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;
/** Eleven octal digits; beyond it, GNU tar's binary form, which every tar of today reads. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

/**
 * The header of a regular file in the POSIX form (ustar), the same bytes for the same file whoever writes it.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tarHeader(path: string, bytes: number, modifiedAt: Date): Buffer {
  const slash = path.lastIndexOf('/');
  const [prefix, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
  if (name.length > NAME_LENGTH || prefix.length > PREFIX_LENGTH) throw new RangeError(`${path} is too long for tar.`);
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, offset: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  header.write(name, 0, 'latin1');
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (bytes <= MAX_OCTAL_SIZE) octal(bytes, 124, 11);
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  octal(Math.floor(modifiedAt.getTime() / 1_000), 136, 11);
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(prefix, 345, 'latin1');
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** The size that a header states. Throws when it is none of `path`, which then is damaged. */
export function readTarHeader(header: Buffer, path: string): number {
  const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
  const seconds = Number.parseInt(header.toString('latin1', 136, 147), 8);
  const isIntact =
    header.length === TAR_BLOCK &&
    Number.isSafeInteger(size) &&
    Number.isSafeInteger(seconds) &&
    tarHeader(path, size, new Date(seconds * 1_000)).equals(header);
  if (!isIntact) throw new Error(`The header of ${path} is damaged.`);
  return size;
}
