// `npm run calls`: declares calls.json to TypeScript, which by itself takes a text in JSON for any text. JSON as it is
// written is a type.

import {readFileSync, writeFileSync} from 'node:fs';

const calls = readFileSync('calls.json', 'utf8').trimEnd();
writeFileSync(
  'calls.d.json.ts',
  `// Made from calls.json by \`npm run calls\`.\n\ndeclare const calls: ${calls};\nexport default calls;\n`,
);
