const TEST_FOLDER = /(^|\/)(tests?|__tests__|spec|specs|testing|e2e|testdata|fixtures)\//i;
const TEST_FILE =
  /(^|\/)(test_[^/]*|conftest\.py|[^/]*([._-](test|tests|spec|e2e)|_test|Tests?|Spec)\.[A-Za-z]+)$/;

/** Whether a path names tests or what belongs to them: by whole segments, so that `latest-app/` and `attestation.py` do not. */
export function isTestPath(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_FILE.test(path);
}
