// happy-dom has no canvas, no layout and no `sessionStorage` hash; tests that
// need a carrier put their own in with `useTransport`.
import { afterEach } from 'vitest';
import { cleanup } from '@testing-library/svelte';

afterEach(() => cleanup());
