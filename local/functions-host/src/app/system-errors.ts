/** Marks the errors that `@azure/functions` must recognise as the host's own (it checks this property). */
export class SystemError extends Error {
  override name = 'SystemError';
  readonly isAzureFunctionsSystemError = true;
}

/** Thrown for an unknown hook name: `@azure/functions` looks for a RangeError with the marker. */
export class SystemRangeError extends RangeError {
  override name = 'RangeError';
  readonly isAzureFunctionsSystemError = true;
}
