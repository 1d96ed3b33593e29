/**
 * xterm.js writes its style sheets into style elements and some colours into style attributes, which
 * a policy without 'unsafe-inline' forbids. The document given to it here puts the same text into
 * sheets made by script and properties set by script, which the policy allows.
 */

/** A document like the real one, for `documentOverride`. */
export function strictDocument(real: Document): Document {
  const createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = real.createElement(name, options);
    return name.toLowerCase() === 'style' ? sheetElement(real, element) : stylesByProperty(element);
  };
  return new Proxy(real, {
    get(target, property) {
      if (property === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  });
}

/** Its text becomes a sheet of the document for as long as it is not removed; it stays empty itself. */
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
