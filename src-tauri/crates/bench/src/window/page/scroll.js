// Scrolls by so much a frame, or leaps over the whole length, for so many milliseconds, and notes
// the gaps between frames.
const [css, step, time, leap, done] = arguments;
const box =
  css === 'page'
    ? document.scrollingElement
    : [document.querySelector(css), ...document.querySelectorAll(`${css} *`)].find(
        (one) => one !== null && one.scrollHeight > one.clientHeight + 10 && /auto|scroll/.test(getComputedStyle(one).overflowY),
      );
if (!box) done(null);
else {
  const gaps = [];
  let last;
  let count = 0;
  let hollow = 0;
  const begun = box.scrollTop;
  const end = performance.now() + time;
  let way = 0;
  requestAnimationFrame(function frame() {
    const now = performance.now();
    if (last !== undefined) gaps.push(now - last);
    last = now;
    if (box.querySelector('.cv-s') !== null) hollow += 1;
    if (leap > 0) {
      if (count % leap === 0) {
        const far = box.scrollHeight - box.clientHeight;
        // Steps that never come by the same place twice.
        const to = far * ((0.382 * (count / leap + 1)) % 1);
        way += Math.abs(to - box.scrollTop);
        box.scrollTop = to;
      }
    } else {
      way += Math.abs(step);
      box.scrollTop += step;
    }
    count += 1;
    if (now < end) requestAnimationFrame(frame);
    else done({ gaps, hollow, way, begun, ended: box.scrollTop, length: box.scrollHeight });
  });
}
