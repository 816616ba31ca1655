// `npm run calls`: declares calls.json to TypeScript, which takes the texts in a JSON file for any text. JSON is a type as
// it is written.

import {readFileSync, writeFileSync} from 'node:fs';

const calls = readFileSync('calls.json', 'utf8').trimEnd();
writeFileSync('calls.d.json.ts', `// Made from calls.json by \`npm run calls\`.\n\ndeclare const calls: ${calls};\nexport default calls;\n`);
