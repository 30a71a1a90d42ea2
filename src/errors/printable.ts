/** Text that cannot steer a terminal: control and direction characters become visible one-column signs; tabs stay. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => {
    if (c === '\t') return c
    return c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '\ufffd'
  })

const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)([^/?#\s@"']+)@/gi
const queryToken = /([?&](?:[a-z_-]*(?:token|secret|password|api_?key|signature)[a-z_-]*)=)([^&#\s"']+)/gi

/** The text with user names, passwords and tokens of URLs starred out, at the same length. */
export const redact = (text: string): string =>
  text
    .replace(userInfo, (_, scheme: string, secret: string) => `${scheme}${'*'.repeat(secret.length)}@`)
    .replace(queryToken, (_, name: string, secret: string) => `${name}${'*'.repeat(secret.length)}`)
