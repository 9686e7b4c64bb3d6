import { type Check, type ValidationReport, tally } from './validation-report.ts';

/** The report as JUnit XML, one test case per check, for continuous integration. */
export function reportJunit(report: ValidationReport): string {
  const { failed, skipped } = tally(report.checks);
  const counts = `tests="${report.checks.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${(report.milliseconds / 1000).toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="yolov10-webgpu validate" ${counts}>`,
    ...report.checks.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ id, group, batch, claim, status, detail }: Check): string {
  const open = `    <testcase classname="${escapeXml(group)}" name="${escapeXml(`batch ${batch}: ${claim} (${id})`)}"`;
  if (status === 'failed') return `${open}>\n      <failure message="${escapeXml(detail)}"/>\n    </testcase>`;
  if (status === 'skipped') return `${open}>\n      <skipped message="${escapeXml(detail)}"/>\n    </testcase>`;
  return `${open}>\n      <system-out>${escapeXml(detail)}</system-out>\n    </testcase>`;
}

/** Text for XML and HTML content and attributes; control characters, which XML 1.0 cannot hold, become spaces. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ').replace(/[&<>"']/g, (character) => entities[character]!);
}
