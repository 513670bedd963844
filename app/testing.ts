import { configure } from '@testing-library/dom';

// Waiting ends when the page shows what was asked for; the limit only has to be longer than a busy machine is slow.
configure({ asyncUtilTimeout: 15_000 });
