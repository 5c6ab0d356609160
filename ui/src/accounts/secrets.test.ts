import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountId } from '../core/generated/AccountId';
import type { AccountRow } from '../core/generated/AccountRow';
import type { CheckReport } from '../core/generated/CheckReport';
import type { Manifest } from '../core/generated/Manifest';
import type { SignedIn } from '../core/generated/SignedIn';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { CallFailed } from '../core/transport';
import Connect from './Connect.svelte';
import Encryption from './Encryption.svelte';
import RemoveDialog from './RemoveDialog.svelte';
import SignInForm from './SignInForm.svelte';

beforeAll(() => language.use('en'));

const account = 'erp-1' as AccountId;
const manifest = { name: 'tryton', auth: ['password'], form: [] } as unknown as Manifest;
const value = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;

async function signIn(): Promise<void> {
  await fireEvent.input(screen.getByLabelText('User name'), { target: { value: 'ines' } });
  await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'swordfish' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

describe('a password', () => {
  it('is gone from the window once the source has answered, well or not', async () => {
    let well = false;
    const carrier = fake({
      account_sign_in: () => {
        if (!well) throw new CallFailed('sign_in', 'wrong user name or password');
        return { is: 'done', user: 'ines' };
      },
    });
    let user = '';
    render(SignInForm, { account, manifest, ondone: (name: string) => (user = name) });
    await signIn();
    await screen.findByText('Wrong user name or password');
    expect(screen.getByRole('alert').textContent).toContain('The sign-in was refused.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')));
    expect(value('Password')).toBe('');
    expect(value('User name')).toBe('ines');
    well = true;
    await signIn();
    await waitFor(() => expect(user).toBe('ines'));
    expect(value('Password')).toBe('');
    expect(carrier.of('account_sign_in')[1]).toEqual({
      account,
      step: { step: 'password', user: 'ines', password: 'swordfish' },
    });
  });
});

describe('signing in again', () => {
  it('knows who it was and asks only for the password', async () => {
    const carrier = fake({
      setting: ({ key }) => ({ key, value: 'ines' }),
      account_sign_in: () => ({ is: 'done', user: 'ines' }),
    });
    render(SignInForm, { account, manifest, ondone: () => {} });
    await waitFor(() => expect(value('User name')).toBe('ines'));
    expect(carrier.of('setting')).toEqual([{ key: 'account.user.erp-1' }]);
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  });

  it('as somebody else keeps what was typed before the answer came', async () => {
    let come = (_name: string): void => {};
    fake({
      setting: ({ key }) =>
        new Promise((answer) => (come = (name) => answer({ key, value: name }))),
    });
    render(SignInForm, { account, manifest, ondone: () => {} });
    await fireEvent.input(screen.getByLabelText('User name'), { target: { value: 'jonas' } });
    come('ines');
    await Promise.resolve();
    expect(value('User name')).toBe('jonas');
  });
});

describe('a new account', () => {
  it('that works is one key away from going on', async () => {
    fake({
      account_add: () => ({ id: account, label: 'ERP' }) as AccountRow,
      account_sign_in: () => ({ is: 'done', user: 'ines' }),
      account_check: () => ({ account, collections: [] }) as unknown as CheckReport,
    });
    render(Connect, { manifest, ondone: () => {}, onskip: () => {} });
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await screen.findByLabelText('Password');
    await signIn();
    const onwards = await screen.findByRole('button', { name: 'Go on' });
    await waitFor(() => expect(document.activeElement).toBe(onwards));
  });
});

describe('the browser', () => {
  const chat = { name: 'matrix', auth: ['browser'], form: [] } as unknown as Manifest;
  const send = () => fireEvent.click(screen.getByRole('button', { name: /with your browser/ }));

  it('signs in when it comes back', async () => {
    let come = (_answer: SignedIn): void => {};
    const carrier = fake({
      browser_begin: () => ({ is: 'open', url: 'https://chat.example/login' }),
      browser_wait: () => new Promise<SignedIn>((answer) => (come = answer)),
      browser_give_up: () => ({}),
    });
    let user = '';
    render(SignInForm, { account, manifest: chat, ondone: (name: string) => (user = name) });
    await send();
    await screen.findByText(/Finish in your browser/);
    come({ is: 'done', user: 'ada' });
    await waitFor(() => expect(user).toBe('ada'));
    expect(screen.queryByText(/Finish in your browser/)).toBeNull();
    expect(carrier.of('browser_give_up')).toEqual([]);
  });

  it('is not waited for after a cancel, and what it ends with then is not told', async () => {
    let fail = (_error: CallFailed): void => {};
    const carrier = fake({
      browser_begin: () => ({ is: 'open', url: 'https://chat.example/login' }),
      browser_wait: () => new Promise<SignedIn>((_answer, fails) => (fail = fails)),
      browser_give_up: () => {
        fail(new CallFailed('cancelled', 'given up', 'browser_given_up'));
        return {};
      },
    });
    render(SignInForm, { account, manifest: chat, ondone: () => {} });
    await send();
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(carrier.of('browser_give_up')).toEqual([{ account }]));
    expect(screen.queryByText(/Finish in your browser/)).toBeNull();
    expect(screen.queryByText(/given up/)).toBeNull();
  });

  it('that stays away is told, and the port is closed with the form', async () => {
    const late = new CallFailed('refused', 'late', 'browser_too_late', { minutes: 15 });
    let waits = false;
    const carrier = fake({
      browser_begin: () => ({ is: 'open', url: 'https://chat.example/login' }),
      browser_wait: () => (waits ? new Promise<SignedIn>(() => {}) : Promise.reject(late)),
      browser_give_up: () => ({}),
    });
    const form = render(SignInForm, { account, manifest: chat, ondone: () => {} });
    await send();
    await screen.findByText(/did not come back within 15 minutes/);
    waits = true;
    await send();
    await screen.findByText(/Finish in your browser/);
    form.unmount();
    expect(carrier.of('browser_give_up')).toEqual([{ account }]);
  });
});

describe('a recovery key', () => {
  it('counts as proven only after it opened the backup', async () => {
    let right = false;
    fake({
      account_security: ({ step }) => {
        if (step.ask === 'status')
          return {
            is: 'status',
            verified: true,
            cross_signing: true,
            backup: true,
            recovery: true,
            undecryptable: 0,
          };
        if (!right) throw new CallFailed('refused', 'This is not the key');
        return { is: 'done', what: 'restored' as const };
      },
    });
    let proven: number | null = null;
    render(Encryption, { account, proven: null, onproven: (at: number) => (proven = at) });
    await fireEvent.click(await screen.findByRole('button', { name: 'Try the recovery key' }));
    const type = async () => {
      await fireEvent.input(screen.getByLabelText('Recovery key or passphrase'), {
        target: { value: 'EsTc 1234' },
      });
      await fireEvent.click(screen.getByRole('button', { name: 'Try it' }));
    };
    await type();
    await screen.findByText(/This is not the key/);
    expect(proven).toBeNull();
    expect(value('Recovery key or passphrase')).toBe('');
    right = true;
    await type();
    await screen.findByText(/The key works/);
    expect(proven).not.toBeNull();
  });
});

describe('removing an account', () => {
  it('waits until its own name is typed and shows first what is lost', async () => {
    const loss = {
      lines: [{ word: 'drafts', with: { n: 2 }, text: '2 × draft, nowhere else' }],
      unsynced: 2,
    };
    const carrier = fake({ account_loss: () => loss, account_remove: () => loss });
    let removed = false;
    render(RemoveDialog, {
      row: { id: account, label: 'ERP' } as AccountRow,
      onclose: () => {},
      onremoved: () => (removed = true),
    });
    await screen.findByText('2 drafts, nowhere else');
    const button = screen.getByRole('button', { name: 'Remove account' }) as HTMLButtonElement;
    const field = screen.getByLabelText('Type “ERP” to confirm');
    await fireEvent.input(field, { target: { value: 'CRM' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(button.disabled).toBe(true);
    expect(carrier.of('account_remove')).toHaveLength(0);
    await fireEvent.input(field, { target: { value: 'ERP' } });
    expect(button.disabled).toBe(false);
    await fireEvent.click(button);
    await waitFor(() => expect(removed).toBe(true));
    expect(carrier.of('account_remove')).toEqual([{ account }]);
  });
});
