export default {
  testEnvironment: 'node',
  // The SDK comes as ES modules without saying so, which Jest cannot load untransformed.
  transform: {'^.+\\.[jt]sx?$': ['ts-jest', {tsconfig: 'tsconfig.jest.json'}]},
  transformIgnorePatterns: ['/node_modules/(?!@stripe/ui-extension-sdk/)'],
  setupFiles: ['<rootDir>/src/testing/old-browser.ts'],
  restoreMocks: true,
};
