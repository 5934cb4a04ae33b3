import { expect, test } from 'vitest';
import { readStages } from './dockerfile-steps.ts';

test('stages and steps are read in order, with flags, both forms of a command, and lines', () => {
  const stages = readStages(`# a comment
FROM node:24 AS build
COPY . .
RUN npm ci \\
    --ignore-scripts
FROM scratch
COPY --from=build /a/dist ./
HEALTHCHECK --interval=10s CMD ["node", "-e", "1"]
CMD ["main.js"]
`);
  expect(stages).toEqual([
    {
      image: 'node:24',
      name: 'build',
      steps: [
        { keyword: 'COPY', words: ['.', '.'], flags: {}, line: 3, isExec: false },
        { keyword: 'RUN', words: ['npm ci --ignore-scripts'], flags: {}, line: 4, isExec: false },
      ],
    },
    {
      image: 'scratch',
      name: undefined,
      steps: [
        { keyword: 'COPY', words: ['/a/dist', './'], flags: { from: 'build' }, line: 7, isExec: false },
        { keyword: 'HEALTHCHECK', words: ['node', '-e', '1'], flags: { interval: '10s' }, line: 8, isExec: true },
        { keyword: 'CMD', words: ['main.js'], flags: {}, line: 9, isExec: true },
      ],
    },
  ]);
});
