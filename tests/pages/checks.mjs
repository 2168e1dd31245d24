// What every page must fulfil, checked inside the browser. Each returns a list of faults.

/// Wider than the window, without heading or language, tables and fields without names.
export const structureFaults = () => {
  const faults = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) faults.push(`scrolls sideways by ${wide} px`);
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  if (document.documentElement.lang !== 'en') faults.push('no language');
  if (!document.querySelector('main')) faults.push('no main');
  for (const head of document.querySelectorAll('th')) {
    if (!head.scope) faults.push(`th without scope: ${head.textContent}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (field.labels.length === 0) faults.push(`no label: ${field.name}`);
  }
  for (const image of document.querySelectorAll('svg')) {
    if (!image.getAttribute('aria-label') && image.getAttribute('aria-hidden') !== 'true') faults.push('svg without a name');
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push(`an id twice: ${ids}`);
  return faults;
};

/// Text with less contrast than 4.5 to 1 against the first opaque background behind it.
export const contrastFaults = () => {
  const channels = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, a } = channels(getComputedStyle(at).backgroundColor);
      if (a === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('[aria-disabled], script, option')) continue;
    if (!element.checkVisibility()) continue;
    const pair = [channels(getComputedStyle(element).color).rgb, backgroundOf(element)].map(luminance);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faults.add(`contrast ${ratio.toFixed(2)}: ${element.tagName}.${element.className} "${element.textContent.slice(0, 30)}"`);
  }
  return [...faults];
};
