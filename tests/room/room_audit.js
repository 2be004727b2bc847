// What of WCAG AA a program can see on a page: language, headings, names of fields, contrast, targets, reflow.
() => {
  const problems = [];
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const colour = (text) => (text.match(/[\d.]+/g) || ["0", "0", "0", "0"]).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  let weakest = 21;
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own && element.tagName !== "INPUT" && element.tagName !== "TEXTAREA") continue;
    const found = contrast(colour(getComputedStyle(element).color), ground(element));
    if (found < 4.5) problems.push(`contrast ${found.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
    weakest = Math.min(weakest, found);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (!field.labels.length || !field.labels[0].textContent.trim()) problems.push(`no label: ${field.name}`);
    for (const id of (field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean))
      if (!document.getElementById(id)) problems.push(`describes nothing: ${id}`);
    const edge = contrast(colour(getComputedStyle(field).borderTopColor), ground(field.parentElement));
    if (edge < 3) problems.push(`edge ${edge.toFixed(2)}: ${field.name}`);
  }
  for (const target of document.querySelectorAll("a, button, input:not([type=hidden])")) {
    const box = target.getBoundingClientRect();
    if (box.height < 24 || box.width < 24) problems.push(`small: ${target.textContent.trim()} ${box.width}x${box.height}`);
    target.focus();
    if (getComputedStyle(target).outlineStyle === "none") problems.push(`focus is not seen: ${target.textContent.trim()}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) problems.push("an id stands twice");
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  if (!document.title.trim()) problems.push("no title");
  if (!document.querySelector("main")) problems.push("no main");
  if (document.documentElement.scrollWidth > innerWidth) problems.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  if (document.querySelector("script")) problems.push("a script");
  return { problems, weakest, lang: document.documentElement.lang };
}
