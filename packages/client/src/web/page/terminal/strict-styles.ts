/**
 * xterm.js writes its style sheets into style elements and some colours into style attributes, which
 * a policy without 'unsafe-inline' forbids. The document given to it here puts the same text into
 * sheets made by script and properties set by script, which the policy allows.
 */

type Create = (name: string, options?: ElementCreationOptions) => HTMLElement;

function strictCreate(real: Document): Create {
  const create: Create = Document.prototype.createElement.bind(real);
  return (name, options) => {
    // Even an empty style element is one too many for the policy.
    if (name.toLowerCase() === 'style') return sheetElement(real, create('template'));
    return stylesByProperty(create(name, options));
  };
}

/**
 * Runs what makes elements of the real document whatever `documentOverride` says, as the viewport of
 * xterm.js 6.0 does. What it makes is strict for good.
 */
export function strictly(real: Document, run: () => void): void {
  Object.defineProperty(real, 'createElement', { value: strictCreate(real), configurable: true });
  try {
    run();
  } finally {
    Reflect.deleteProperty(real, 'createElement');
  }
}

/** A document like the real one, for `documentOverride`. */
export function strictDocument(real: Document): Document {
  const createElement = strictCreate(real);
  return new Proxy(real, {
    get(target, property) {
      if (property === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  });
}

/** Stands for a style element: its text is a sheet of the document for as long as it is not removed. */
function sheetElement(real: Document, element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  real.adoptedStyleSheets.push(sheet);
  let text = '';
  Object.defineProperty(element, 'textContent', {
    get: () => text,
    set(value: string) {
      text = value;
      sheet.replaceSync(value);
    },
  });
  element.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((other) => other !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}

function stylesByProperty(element: HTMLElement): HTMLElement {
  element.setAttribute = (name: string, value: string) => {
    if (name.toLowerCase() === 'style') element.style.cssText = value;
    else HTMLElement.prototype.setAttribute.call(element, name, value);
  };
  return element;
}
