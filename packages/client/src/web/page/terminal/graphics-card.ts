/** Whether WebGL is drawn by a graphics card here. Where the CPU plays one, the browser itself draws text faster. */

/** What browsers and drivers call a card that is none. */
const PLAYED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let known: boolean | null = null;

export function hasGraphicsCard(): boolean {
  known ??= look();
  return known;
}

function look(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const named = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  // Pages may have few of them at a time.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !PLAYED.test(String(renderer));
}
