// What somebody chose under "Darstellung", before anything is drawn, so that nothing flashes.
for (const name of ["farben", "schrift"]) {
  try { document.documentElement.dataset[name] = localStorage.getItem(name) ?? ""; } catch { /* the browser keeps nothing */ }
}
