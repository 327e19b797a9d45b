/** The files of undici that http.ts loads one by one, with the types of its index. */

declare module 'undici/lib/api/index.js' {
  import type { connect, request } from 'undici';

  const api: { readonly connect: typeof connect; readonly request: typeof request };
  export default api;
}
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
  export { Dispatcher as default } from 'undici';
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  export { ProxyAgent as default } from 'undici';
}
declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}
