import { classColour, textColour, toHex } from '../image/palette.ts';
import { encodePng } from './png.ts';
import { escapeXml } from './validate-junit.ts';
import { type Check, type ShownBox, type ShownPicture, type ValidationReport, roughly, tally } from './validation-report.ts';

/** The report as one self-contained page: verdict, table, and the pictures with the boxes of both engines over them. */
export async function reportHtml(report: ValidationReport, modelName: string): Promise<string> {
  const figures = await Promise.all(report.pictures.map((picture) => figure(picture, report)));
  const title = `${report.passed ? 'Passed' : 'Failed'}: ${modelName}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
<main>
<header>
<p class="verdict ${report.passed ? 'passed' : 'failed'}">${verdict(report)}</p>
<h1>${escapeXml(modelName)}</h1>
${facts(report)}
</header>
${firstDifferenceNote(report)}
<h2>Checks</h2>
${table(report.checks)}
<h2>What was seen</h2>
<p class="legend"><svg width="28" height="12"><path d="M1 6H27" class="ours"/></svg> this engine, the picture alone
${report.peer ? `<svg width="28" height="12"><path d="M1 6H27" class="theirs"/></svg> ${escapeXml(report.peer)}, the picture in its slot of the batch` : ''}</p>
<div class="pictures">${figures.join('\n')}</div>
</main>
</html>
`;
}

function verdict({ checks, passed }: ValidationReport): string {
  const { passed: good, failed, skipped } = tally(checks);
  const rest = skipped > 0 ? `, ${skipped} skipped` : '';
  return passed ? `All ${good} checks passed${rest}` : `${failed} of ${checks.length} checks failed${rest}`;
}

function facts({ model, input, engine, peer, withoutPeer, tolerance, milliseconds }: ValidationReport): string {
  const rows: [string, string][] = [
    ['Network', `YOLOv10-${model.scale}, ${model.classCount} classes, ${(model.bytes / 1e6).toFixed(1)} MB, opset ${model.opset}${model.producer ? `, by ${model.producer}` : ''}`],
    ['Input', `${input.width} × ${input.height} pixels (width × height)`],
    ['This engine', engine],
    ['Other engine', peer ?? `none: ${withoutPeer}`],
    ['Tolerance', `box sides ${tolerance.box} px, scores ${tolerance.score}`],
    ['Took', `${(milliseconds / 1000).toFixed(1)} s`],
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeXml(value)}</dd>`).join('')}</dl>`;
}

function firstDifferenceNote({ firstDifference: first }: ValidationReport): string {
  if (!first) return '';
  return `<p class="note">The two engines first differ at <code>${escapeXml(first.tensor)}</code>, by ${share(first.difference)}. What feeds it agrees: look at the nodes between.</p>`;
}

function share(difference: number): string {
  return Number.isFinite(difference) ? `${roughly(100 * difference)} % of its largest value` : 'its shape, or values that are not numbers';
}

function table(checks: Check[]): string {
  const rows = checks.map(({ status, batch, group, claim, detail }) =>
    `<tr class="${status}"><td>${status}</td><td class="number">${batch}</td><td>${group}</td><td>${escapeXml(claim)}</td><td>${escapeXml(detail)}</td></tr>`);
  return `<div class="scroll"><table><thead><tr><th>Result</th><th class="number">Batch</th><th>What</th><th>Claim</th><th>Found</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

async function figure(picture: ShownPicture, { input: { height, width } }: ValidationReport): Promise<string> {
  const png = await encodePng(picture.pixels, height, width);
  const count = (boxes: ShownBox[]): string => `${boxes.length} shown`;
  const seen = picture.peer ? `${count(picture.alone)} by this engine, ${count(picture.peer)} by the other` : count(picture.alone);
  return `<figure><div class="picture" style="aspect-ratio:${width}/${height}"><img alt="${escapeXml(picture.name)}" src="data:image/png;base64,${base64(png)}">
<svg viewBox="0 0 ${width} ${height}">${picture.alone.map((box) => shape(box, 'ours', width)).join('')}${(picture.peer ?? []).map((box) => shape(box, 'theirs', width)).join('')}</svg></div>
<figcaption>Slot ${picture.slot}: ${escapeXml(picture.name)}<br><span>${seen}</span></figcaption></figure>`;
}

/** A box, labelled where it is this engine's; the other engine's lies dashed on top, so that both show where they agree. */
function shape(box: ShownBox, side: 'ours' | 'theirs', width: number): string {
  if (side === 'theirs') return rectangle(box, side);
  return rectangle(box, side, toHex(classColour(box.classId))) + caption(box, width);
}

function rectangle({ corners: [x1, y1, x2, y2], label, score }: ShownBox, side: 'ours' | 'theirs', colour?: string): string {
  const stroke = colour ? ` stroke="${colour}"` : '';
  return `<rect class="${side}" ${place(x1, y1, x2 - x1, y2 - y1)}${stroke}><title>${escapeXml(label)} ${score.toFixed(3)}</title></rect>`;
}

/** Label and score on a plate of the class's colour, above the box where the picture leaves room. */
function caption({ corners: [x1, y1], label, classId, score }: ShownBox, width: number): string {
  const colour = classColour(classId);
  const text = `${label} ${score.toFixed(2)}`;
  const size = width / 36;
  const top = Math.max(0, y1 - size * 1.2);
  const plate = `<rect ${place(x1, top, text.length * size * 0.56 + size * 0.5, size * 1.2)} fill="${toHex(colour)}"/>`;
  const letters = `x="${tenths(x1 + size * 0.25)}" y="${tenths(top + size * 0.9)}" font-size="${tenths(size)}" fill="${toHex(textColour(colour))}"`;
  return `${plate}<text ${letters}>${escapeXml(text)}</text>`;
}

function place(x: number, y: number, width: number, height: number): string {
  return `x="${tenths(x)}" y="${tenths(y)}" width="${tenths(width)}" height="${tenths(height)}"`;
}

function tenths(pixels: number): string {
  return pixels.toFixed(1);
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --ground: #fff; --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --ground: #0d1117; --good: #3fb950; --bad: #ff7b72; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { margin: 4px 0 16px; font-size: 26px; overflow-wrap: anywhere; }
h2 { margin: 36px 0 12px; font-size: 19px; }
.verdict { margin: 0; font-weight: 600; }
.verdict.passed, .passed td:first-child { color: var(--good); }
.verdict.failed, .failed td:first-child { color: var(--bad); }
.skipped td:first-child, dt, figcaption span, .legend { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.note { margin: 24px 0 0; padding: 12px 16px; border-left: 4px solid var(--bad); background: color-mix(in srgb, var(--bad) 8%, transparent); }
code { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; min-width: 720px; border-collapse: collapse; font-size: 14px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
th:nth-child(4) { min-width: 260px; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td:first-child { font-weight: 600; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 24px; }
figure { margin: 0; }
.picture { position: relative; overflow: hidden; border-radius: 6px; }
.picture img, .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }
figcaption { margin-top: 6px; font-size: 14px; }
.legend svg { margin: 0 4px 0 0; vertical-align: middle; }
.legend svg:not(:first-child) { margin-left: 20px; }
rect.ours, rect.theirs { fill: none; vector-effect: non-scaling-stroke; }
rect.ours { stroke-width: 3; }
rect.theirs { stroke: #fff; stroke-width: 1.5; stroke-dasharray: 5 4; }
.legend .ours { stroke: var(--good); stroke-width: 3; }
.legend .theirs { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
text { font-family: system-ui, sans-serif; font-weight: 600; }
`;
