/** A refusal to start whose message is written for people; it is shown without a stack trace. */
export class StartRefused extends Error {
  override name = 'StartRefused';
}
