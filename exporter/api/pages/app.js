// Makes the pages alive: fresh figures, ages that count on, keys. Everything works without it.
'use strict';

(() => {
  const live = document.getElementById('live');
  const banner = document.getElementById('offline');
  const search = document.getElementById('q');
  let loaded = performance.now();
  let lastGood = performance.now();
  let controller = null;

  const span = (seconds) => {
    const all = Math.max(0, Math.floor(seconds));
    if (all < 60) return `${all} s`;
    if (all < 3600) return `${Math.floor(all / 60)} min`;
    if (all < 86400) return `${Math.floor(all / 3600)} h ${Math.floor(all / 60) % 60} min`;
    return `${Math.floor(all / 86400)} d ${Math.floor(all / 3600) % 24} h`;
  };

  // Ages count from what the server said, so a wrong clock here does no harm.
  const countAges = () => {
    const passed = (performance.now() - loaded) / 1000;
    for (const time of document.querySelectorAll('time[data-age]')) {
      const words = span(Number(time.dataset.age) + passed) + ('span' in time.dataset ? '' : ' ago');
      if (time.textContent !== words) time.textContent = words;
    }
  };

  // Old figures must not look new: after two missed turns the page says so.
  const tellOffline = (seconds) => {
    const silent = (performance.now() - lastGood) / 1000;
    banner.hidden = silent < 2.5 * seconds;
    if (!banner.hidden) {
      banner.textContent = `The exporter has not answered for ${span(silent)}: what you see is old.`;
    }
  };

  const busy = () => {
    const selection = document.getSelection();
    return document.hidden || (selection && !selection.isCollapsed && live.contains(selection.anchorNode));
  };

  const replace = (fresh, foot) => {
    const row = document.activeElement?.closest?.('#live tr[data-key]');
    const key = row?.dataset.key;
    const href = live.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    live.replaceChildren(...fresh.childNodes);
    const old = document.querySelector('footer');
    if (foot && old) old.replaceWith(foot);
    loaded = performance.now();
    lastGood = loaded;
    if (key !== undefined) {
      live.querySelector(`tr[data-key="${CSS.escape(key)}"] a.row`)?.focus({ preventScroll: true });
    } else if (href) {
      live.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
    }
  };

  const refresh = async (seconds) => {
    if (busy() || controller) return;
    controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 10000);
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: controller.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('live');
      if (fresh && !busy()) replace(fresh, page.querySelector('footer'));
    } catch {
      // The banner tells.
    } finally {
      clearTimeout(timer);
      controller = null;
      tellOffline(seconds);
    }
  };

  const rows = () => [...live.querySelectorAll('tbody a.row')];
  const move = (step) => {
    const links = rows();
    if (links.length === 0) return;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next].focus({ preventScroll: true });
    links[next].closest('tr').scrollIntoView({ block: 'nearest' });
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest('input, select, textarea');
    if (typing) {
      if (event.key === 'Escape') typing.blur();
      return;
    }
    const inRow = document.activeElement?.matches('a.row');
    if (event.key === '/' && search) {
      search.focus();
      search.select();
    } else if (event.key === 'j' || (event.key === 'ArrowDown' && inRow)) {
      move(1);
    } else if (event.key === 'k' || (event.key === 'ArrowUp' && inRow)) {
      move(-1);
    } else {
      return;
    }
    event.preventDefault();
  });

  // A choice in a filter applies at once; the button is for those without script.
  for (const select of document.querySelectorAll('.filters select')) {
    select.addEventListener('change', () => select.form.requestSubmit());
  }
  // Empty fields stay out of the address.
  for (const form of document.querySelectorAll('.filters, .find')) {
    form.addEventListener('submit', () => {
      for (const field of form.elements) field.disabled = field.name !== '' && field.value === '';
    });
  }
  window.addEventListener('pageshow', () => {
    for (const field of document.querySelectorAll('.filters [disabled], .find [disabled]')) field.disabled = false;
  });

  const seconds = Number(live.dataset.refresh);
  setInterval(countAges, 1000);
  if (seconds > 0) {
    setInterval(() => refresh(seconds), seconds * 1000);
    document.addEventListener('visibilitychange', () => refresh(seconds));
  }
})();
