/** An enamel mug with its blue rim. */
export function Logo() {
  return (
    <svg className="logo-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path className="logo-handle" d="M22 12 h2.5 a4 4 0 0 1 0 9 H22" />
      <path className="logo-mug" d="M5 7 H23 V22 a5 5 0 0 1 -5 5 H10 a5 5 0 0 1 -5 -5 Z" />
      <path className="logo-rim" d="M4 7 H24" />
    </svg>
  );
}
