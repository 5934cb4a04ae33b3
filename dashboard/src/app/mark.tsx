import type { ReactNode } from 'react';
import { Glyph, type GlyphName } from './glyph.tsx';

export type Tone = 'good' | 'bad' | 'warning' | 'busy' | 'quiet';

interface MarkProps {
  readonly tone: Tone;
  readonly glyph: GlyphName;
  readonly children: ReactNode;
}

/** A state as shape, word and colour, in this order of importance. */
export function Mark({ tone, glyph, children }: MarkProps) {
  return (
    <span className={`mark tone-${tone}`}>
      <Glyph name={glyph} />
      <span>{children}</span>
    </span>
  );
}
