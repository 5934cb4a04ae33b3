import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSecureContext, getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type Certificate, makeCertificate } from './certificate.fixture.ts';

let trusted: Certificate | undefined;

/** A certificate of localhost that this process trusts as it trusts the authorities of the world. */
export function trustedCertificate(): Certificate {
  if (trusted === undefined) {
    trusted = makeCertificate();
    setDefaultCACertificates([...getCACertificates(), trusted.cert]);
  }
  return trusted;
}

/**
 * Puts TLS before a server on this machine that speaks none, and returns the port where it does. SDKs send tokens over TLS
 * only; what they send there reaches the server unchanged. PostgreSQL's clients ask for TLS before it begins.
 */
export async function startTlsFront(port: number, { asksFirst = false, certificate = trustedCertificate() } = {}) {
  const secureContext = createSecureContext(certificate);
  const sockets = new Set<Socket>();
  const follow = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer(async (plain) => {
    follow(plain);
    if (asksFirst) {
      await once(plain, 'readable');
      plain.read();
      plain.write('S');
    }
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    const inner = connect(port, '127.0.0.1');
    for (const socket of [secure, inner]) follow(socket);
    secure.pipe(inner).pipe(secure);
    secure.on('close', () => inner.destroy());
    inner.on('close', () => secure.destroy());
  });
  await once(server.listen(0, 'localhost'), 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
