// Elements made of plain texts: what comes from outside is never read as markup.

// h("button", { type: "button", class: "act", onclick: go }, "Go", …): properties that begin with
// "on" listen; null and false are left out, true is an attribute without a value.
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else setAttribute(element, key, value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined));
  return element;
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

// Only what differs is written: a screen reader is not told again what it knows.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Written anew even where it is the same: a live region says only what is added to it.
export function sayAnew(element, text) {
  element.replaceChildren(text);
}

// Children in this order, moved as little as can be, so that none loses the keyboard's focus.
export function setChildren(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  const stay = rising(wanted, new Map([...parent.children].map((one, place) => [one, place])));
  let before = null;
  for (let index = wanted.length - 1; index >= 0; index -= 1) {
    const child = wanted[index];
    if (!stay.has(child)) parent.insertBefore(child, before);
    before = child;
  }
}

// Those children that may stay where they are, as they are in order already: as many as possible,
// and the one with the focus among them.
function rising(wanted, places) {
  const focused = wanted.find((one) => places.has(one) && one.contains(document.activeElement));
  const pivot = focused === undefined ? null : { place: places.get(focused), index: wanted.indexOf(focused) };
  const tails = [];
  const previous = new Map();
  wanted.forEach((child, index) => {
    const place = places.get(child);
    if (place === undefined) return;
    if (pivot !== null && Math.sign(index - pivot.index) !== Math.sign(place - pivot.place)) return;
    let low = 0;
    for (let high = tails.length; low < high;) {
      const middle = (low + high) >> 1;
      if (places.get(tails[middle]) < place) low = middle + 1;
      else high = middle;
    }
    previous.set(child, low > 0 ? tails[low - 1] : null);
    tails[low] = child;
  });
  const stay = new Set();
  for (let child = tails.at(-1) ?? null; child !== null; child = previous.get(child)) stay.add(child);
  return stay;
}
