import stripe from '@stripe/ui-extension-tools/eslint.config.ui-extension.mjs';

export default [...stripe, {settings: {react: {version: 'detect'}}}, {ignores: ['.build/', 'calls.d.json.ts']}];
