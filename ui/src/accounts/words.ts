// Labels of the connectors' forms. The manifest speaks English; a translation is
// taken where there is one.

import type { FormField } from '../core/generated/FormField';
import type { Manifest } from '../core/generated/Manifest';
import { has, t } from '../core/i18n.svelte';

const translated = (key: string, plain: string): string => (has(key) ? t(key) : plain);

export const fieldLabel = (manifest: Manifest, field: FormField): string =>
  translated(`accounts.form.${manifest.name}.${field.key}`, field.label);

export const systemTitle = (manifest: Manifest): string =>
  translated(`accounts.system.${manifest.name}`, manifest.title);

export const systemAbout = (manifest: Manifest): string =>
  translated(`accounts.about.${manifest.name}`, manifest.about);

/** The glyph of a kind of system. */
const GLYPHS: Record<string, string> = {
  matrix: 'chat',
  tryton: 'erp',
  files: 'folder',
  local: 'device',
  imap: 'mail',
  caldav: 'calendar',
};
export const systemGlyph = (manifest: Manifest): string => GLYPHS[manifest.name] ?? 'source';
