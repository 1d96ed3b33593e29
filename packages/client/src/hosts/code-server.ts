/** The code-server that `berth host code install` brings, and the Node it runs by: versions and hashes are pinned. */
export const CODE_SERVER_VERSION = '4.139.1';
