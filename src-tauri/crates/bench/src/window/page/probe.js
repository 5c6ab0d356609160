// Put into the page by the benchmark: says when a frame with something in it is out. Only what
// every web view has; the page itself knows nothing of it.
const out = (holds) =>
  new Promise((done) => {
    const look = () => {
      if (!holds()) return;
      watcher.disconnect();
      // The message is handled after the frame that this callback belongs to was drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null);
      });
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
  // From the next key to the frame in which a test holds.
  key(test, argument, key) {
    this.result = new Promise((done) => {
      const heard = (event) => {
        if (key !== null && event.key !== key) return;
        removeEventListener('keydown', heard, true);
        const from = performance.now();
        void out(() => tests[test](argument)).then((at) => done(at - from));
      };
      addEventListener('keydown', heard, true);
    });
  },
  // When a test first holds in a frame, by the wall clock.
  seen(test, argument) {
    this.result = out(() => tests[test](argument)).then((at) => performance.timeOrigin + at);
  },
};
return true;
