import {
  type Dockerfile,
  DockerfileParser,
  type From,
  type Instruction,
  type ModifiableInstruction,
} from 'dockerfile-ast';

export interface Step {
  /** In capitals, such as RUN. */
  readonly keyword: string;
  /** Without the flags; the one text of a shell form, or each word of a JSON form. */
  readonly words: readonly string[];
  /** Such as `from` of `COPY --from=build`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly line: number;
  /** Whether it is written as JSON, and so runs without a shell. */
  readonly isExec: boolean;
}

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}

/** The stages of a Dockerfile with their steps, in the order in which they are built. */
export function readStages(text: string): Stage[] {
  const dockerfile: Dockerfile = DockerfileParser.parse(text);
  const stages: { image: string; name: string | undefined; steps: Step[] }[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const from = instruction as From;
      stages.push({ image: from.getImage() ?? '', name: from.getBuildStage() ?? undefined, steps: [] });
    } else if (keyword !== 'ARG' || stages.length > 0) {
      stages.at(-1)?.steps.push(readStep(keyword, instruction));
    }
  }
  return stages;
}

function readStep(keyword: string, instruction: Instruction): Step {
  const flags: Record<string, string> = {};
  if ('getFlags' in instruction) {
    for (const flag of (instruction as ModifiableInstruction).getFlags()) flags[flag.getName()] = flag.getValue() ?? '';
  }
  const text = (instruction.getRawArgumentsContent() ?? '').replace(/\s*\\\r?\n\s*/g, ' ');
  const line = instruction.getRange().start.line + 1;
  // HEALTHCHECK names its command by CMD.
  const command = keyword === 'HEALTHCHECK' ? text.replace(/^CMD\s+/, '') : text;
  const json = asWords(command);
  const shell = keyword === 'RUN' || keyword === 'CMD' || keyword === 'ENTRYPOINT' || keyword === 'HEALTHCHECK';
  return {
    keyword,
    words: json ?? (shell ? [command] : command.split(/\s+/)),
    flags,
    line,
    isExec: json !== undefined,
  };
}

function asWords(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}
