// A miner that answers with markup in every text it may choose: type, firmware, pool, worker.
import net from 'node:net';

const kHit = (mark) => `<img src=x onerror="window.hit='${mark}'"><script>window.hit='${mark}'</script>`;
export const kMark = 'onerror=';

const status = { STATUS: 'S', When: 1760000000, Code: 1, Msg: 'ok', Description: kHit('status') };

// The pool changes once `other` is set: that makes an event whose text holds its host.
const state = { other: false };
const replies = {
  version: () => ({ VERSION: [{ CGMiner: '4.11.1', API: '3.1', Miner: '1.0', CompileTime: kHit('version'), Type: `Antminer ${kHit('type')}` }] }),
  stats: () => ({
    STATS: [
      { CGMiner: '4.11.1', Miner: '1.0', CompileTime: kHit('version'), Type: `Antminer ${kHit('type')}` },
      { STATS: 0, ID: 'BC50', Elapsed: 9000, 'GHS 5s': 95000, 'GHS av': 95000, miner_count: 1, fan_num: 1, fan1: 5000, chain_rate1: '95000', chain_acn1: 76, temp_chip1: '70-70-72-72', temp_pcb1: '50-50-52-52', chain_sn1: kHit('serial') },
    ],
  }),
  summary: () => ({ SUMMARY: [{ Elapsed: 9000, 'GHS 5s': 95000, 'GHS av': 95000, Accepted: 10, Rejected: 0, 'Hardware Errors': 0 }] }),
  pools: () => ({
    POOLS: [{ POOL: 0, URL: `stratum+tcp://${state.other ? 'second' : 'first'}${kHit('pool')}:3333`, Status: 'Alive', Priority: 0, User: `worker.${kHit('worker')}`, 'Stratum Active': true, Accepted: 10, Rejected: 0, Stale: 0 }],
  }),
};

/// Listens on `address`:4028. `changePool()` gives it another pool.
export const startHostileMiner = async (address) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      let command = 'version';
      try {
        command = JSON.parse(data.toString().replace(/\0/g, '')).command;
      } catch {
        // A request in words gets the version as well.
      }
      const reply = replies[command];
      const body = reply ? { STATUS: [status], ...reply(), id: 1 } : { STATUS: [{ ...status, STATUS: 'E', Code: 14, Msg: 'Invalid command' }], id: 1 };
      socket.end(`${JSON.stringify(body)}\0`);
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(4028, address, resolve));
  return {
    changePool: () => { state.other = true; },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};
