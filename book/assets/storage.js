// Before all else: where a browser keeps nothing for this page (cookies blocked, or a frame of a
// learning platform), what the page's scripts keep lasts until it is left.
(() => {
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].length;
    } catch {
      const kept = new Map();
      const storage = {
        getItem: (key) => kept.get(String(key)) ?? null,
        setItem: (key, value) => void kept.set(String(key), String(value)),
        removeItem: (key) => void kept.delete(String(key)),
      };
      Object.defineProperty(window, name, { value: storage });
    }
  }
})();
