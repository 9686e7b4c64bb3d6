import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const pages = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];

/** What a shell reads of the blocks of commands, without comments and what stands in quotes. */
function bareWords(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '').replaceAll(/(?:^|\s)#.*$/gm, '').split(/\s+/));
}

test('brackets in commands are quoted, which zsh refuses otherwise', () => {
  expect(pages.flatMap(bareWords).length).toBeGreaterThan(100);
  for (const page of pages) expect(bareWords(page).filter((word) => /[[\]]/.test(word)), page).toEqual([]);
});
