/** Opens an address as a click on a link would: what is there learns nothing of this page. */
export function openAside(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.click();
}
