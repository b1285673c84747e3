// Loaded before kinesis-local, which by itself listens on all interfaces: keeps it on the loopback interface, on free ports,
// prints which, and ends it with its standard input, so that it does not outlive whoever started it.
'use strict';
const net = require('node:net');

const SCHEME_OF_DEFAULT_PORT = { 4567: 'https', 4568: 'http' };

// What it logs goes where errors go; the standard output is for the two lines below.
const announce = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  const scheme = SCHEME_OF_DEFAULT_PORT[port];
  if (scheme === undefined) {
    throw new Error(`kinesis-local wants to listen on port ${port}, which is none of its defaults`);
  }
  this.once('listening', () => announce(`${scheme} ${this.address().port}\n`));
  return listen.call(this, { port: 0, host: '127.0.0.1' }, ...rest.filter((argument) => typeof argument === 'function'));
};

process.stdin.on('end', () => process.exit(0)).resume();
