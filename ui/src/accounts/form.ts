// Answers to a connector's form: what is missing, and what is sent. Pure.

import type { FormField } from '../core/generated/FormField';
import { t } from '../core/i18n.svelte';

/** What cannot be right, by key. A homeserver's bare name is a fine address. */
export function wrongAnswers(
  form: readonly FormField[],
  answers: Record<string, string>,
): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const field of form) {
    const said = (answers[field.key] ?? '').trim();
    if (said === '') {
      if (field.required && field.kind !== 'flag') wrong[field.key] = t('accounts.wrong.missing');
    } else if (field.kind === 'number' && !/^\d+$/.test(said)) {
      wrong[field.key] = t('accounts.wrong.number');
    } else if (field.kind === 'url' && (/\s/.test(said) || !/^[\w.-]+|\[/.test(said))) {
      wrong[field.key] = t('accounts.wrong.url');
    }
  }
  return wrong;
}

/** The config as the connector reads it: unanswered fields are left out. */
export function config(
  form: readonly FormField[],
  answers: Record<string, string>,
): Record<string, string | number | boolean> {
  const out: Record<string, string | number | boolean> = {};
  for (const field of form) {
    const said = (answers[field.key] ?? '').trim();
    if (field.kind === 'flag') out[field.key] = said === 'yes';
    else if (said !== '') out[field.key] = field.kind === 'number' ? Number(said) : said;
  }
  return out;
}
