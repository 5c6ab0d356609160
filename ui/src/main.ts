import '@fontsource-variable/inter/opsz.css';
import '@fontsource-variable/inter/opsz-italic.css';
import './kit/tokens.css';
import './kit/css/base.css';
import './kit/css/atoms.css';
import './kit/css/controls.css';
import './kit/css/parts.css';
import './kit/css/pop.css';
import './views/window.css';
import './views/narrow.css';
import { mount } from 'svelte';
import { report, watch } from './core/faults';
import { language } from './core/i18n.svelte';
import App from './views/App.svelte';

watch();
const target = document.getElementById('app');
// Without its own messages a language is said in English; the window is never empty for it.
if (target)
  void language
    .use(null)
    .catch(report)
    .then(() => mount(App, { target }));
