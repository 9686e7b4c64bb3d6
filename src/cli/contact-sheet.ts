import type { Detection } from '../image/detection.ts';
import { classColour, textColour, toHex } from '../image/palette.ts';

/** One picture of a contact sheet. */
export interface SheetPicture {
  name: string;
  width: number;
  height: number;
  detections: Detection[];
  /** The annotated picture as an address: a data URL keeps the page self-contained. */
  address: string;
  milliseconds: number;
}

export interface Sheet {
  title: string;
  /** Lines above the pictures: what ran, on which adapter. */
  facts: string[];
  /** Shown in a box that cannot be overlooked. */
  warning?: string;
  pictures: SheetPicture[];
}

const style = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { margin-bottom: .2rem; } .facts { margin: 0; opacity: .75; }
  .warning { border-left: .3rem solid #d97706; padding: .6rem .9rem; background: #d9770622; border-radius: .2rem; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.2rem; margin-top: 1.2rem; }
  figure { margin: 0; border: 1px solid #8884; border-radius: .5rem; overflow: hidden; }
  img { display: block; width: 100%; height: 15rem; object-fit: contain; background: #8882; }
  figcaption { padding: .6rem .8rem; } .name { font-weight: 600; overflow-wrap: anywhere; } .size { opacity: .65; font-size: .85em; }
  .chip { display: inline-block; border-radius: .3rem; padding: 0 .45rem; margin: .25rem .3rem 0 0; font-size: .85em; }`;

/** What a page of this title begins with, by which it is known again. */
export function pageOpening(title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>`;
}

/** A page of annotated pictures that needs no other file and no script. */
export function contactSheet({ title, facts, warning, pictures }: Sheet): string {
  return `${pageOpening(title)}${style}
</style></head><body>
<h1>${escape(title)}</h1>
${facts.map((fact) => `<p class="facts">${escape(fact)}</p>`).join('\n')}
${warning ? `<p class="warning">${escape(warning)}</p>` : ''}
<main>
${pictures.map(figure).join('\n')}
</main></body></html>
`;
}

function figure({ name, width, height, detections, address, milliseconds }: SheetPicture): string {
  const chips = detections.map(({ label, classId, score }) => {
    const colour = classColour(classId);
    return `<span class="chip" style="background:${toHex(colour)};color:${toHex(textColour(colour))}">${escape(label)} ${score.toFixed(2)}</span>`;
  });
  return `<figure><img src="${escape(address)}" alt="${escape(name)}"><figcaption>
<div class="name">${escape(name)}</div><div class="size">${width} x ${height}, ${milliseconds.toFixed(0)} ms</div>
<div>${chips.join('') || 'nothing found'}</div></figcaption></figure>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
