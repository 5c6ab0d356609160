// Put into the page by the benchmark: says when a key came, and when the page holds what is waited
// for. Only what every web view has; the page itself knows nothing of it.
const now = () => performance.timeOrigin + performance.now();
// When a test holds in the page, and when the frame with it is drawn.
const holding = (holds) =>
  new Promise((done) => {
    const look = () => {
      if (!holds()) return;
      watcher.disconnect();
      const held = now();
      // The timer comes after the frame that this callback belongs to.
      requestAnimationFrame(() => setTimeout(() => done([held, now()])));
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    look();
  });

const tests = {
  // The palette's answer to exactly this text.
  answered: (text) => {
    const input = document.querySelector('.pal input');
    const list = document.querySelector('.pal [role=listbox]');
    return input?.value === text && list?.getAttribute('aria-busy') === 'false';
  },
  // A row is no longer among those drawn.
  left: (id) => document.getElementById(id) === null,
  // A row is shown as unread.
  unread: (id) => document.getElementById(id)?.classList.contains('un') === true,
  // A message with this text.
  said: (text) =>
    [...document.querySelectorAll('[data-message]')]
      .slice(-4)
      .some((one) => one.textContent.includes(text)),
};

window.__probe = {
  // When the next key came and when a test held after it, by the wall clock.
  key(test, argument, key) {
    this.result = new Promise((done) => {
      const heard = (event) => {
        if (key !== null && event.key !== key) return;
        removeEventListener('keydown', heard, true);
        const from = now();
        void holding(() => tests[test](argument)).then((at) => done([from, ...at]));
      };
      addEventListener('keydown', heard, true);
    });
  },
  // When a test first held.
  seen(test, argument) {
    this.result = holding(() => tests[test](argument)).then((at) => [0, ...at]);
  },
};
return true;
