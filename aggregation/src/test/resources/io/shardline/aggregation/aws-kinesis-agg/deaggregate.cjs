// Reads one aggregate in Base64 a line, and answers each with a line of its entries: key, explicit hash key or -, data in Base64.
const lines = require('node:readline').createInterface({ input: process.stdin });
const agg = require('./index.js');

lines.on('line', (line) => {
  const record = { data: line, partitionKey: 'a', sequenceNumber: '49' };
  agg.deaggregateSync(record, true, (error, entries) => {
    if (error) {
      console.log('error ' + error);
      return;
    }
    console.log(entries
      .map((entry) => [entry.partitionKey, entry.explicitPartitionKey || '-', entry.data].join(' '))
      .join(';'));
  });
});
