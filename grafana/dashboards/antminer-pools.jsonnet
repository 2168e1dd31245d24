// Is the work paid, and by which pool?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';
local key = 'job, instance, miner';
local pool = 'job, instance, miner, pool';

// A family with a label pool, with the host of the pool added.
local hosted(expr) = '(%s * on (%s) group_left (host) %s)' % [expr, pool, q.miner('antminer_pool_info')];
local by_host(aggregate, expr) = '%s by (host) (%s)' % [aggregate, hosted(expr)];
local rate(family, window='$__rate_interval') = q.filter('rate(%s[%s])' % [q.miner(family), window]);
local increase(family, window) = q.filter('increase(%s[%s])' % [q.miner(family), window]);
// Of SHA-256 miners: a share of another algorithm is not worth 2^32 hashes.
local paid = q.filter('rate(%s[1h])' % q.miner('antminer_pool_difficulty_accepted_total'), q.sha256);
local active = '(%s == 1)' % q.of('antminer_pool_active');
// A reserve: the active pool is not the first choice.
local reserve = '%s > 0' % q.of('antminer_pool_active_rank');
local silent = '(time() - %s and on (%s) %s == 1)' % [q.of('antminer_pool_last_share_timestamp_seconds'), pool, q.miner('antminer_pool_active')];

local now = [
  p.stat('Paid hashrate, 1 h', 'What the shares that pools accepted in the last hour are worth (difficulty × 2^32, SHA-256 miners), and that over the hashes that the miners counted in the same hour (antminer_hashes_total). Luck moves it by a few percent.', 4, 'Hs', style.neutral, [
    p.instant('sum(%s and on (%s) %s) * 2^32' % [rate('antminer_difficulty_accepted_total', '1h'), key, q.info(q.sha256)], 'paid'),
    p.instant('sum(%(a)s and on (%(k)s) %(i)s) * 2^32 / (sum(%(h)s and on (%(k)s) %(i)s) > 0)' % { a: rate('antminer_difficulty_accepted_total', '1h'), h: rate('antminer_hashes_total', '1h'), k: key, i: q.info(q.sha256) }, 'of reported'),
  ], decimals=2) + p.by_name('of reported', { unit: 'percentunit', decimals: 1, thresholds: style.steps('red', [[0.9, 'yellow'], [0.95, 'green']]) }),
  p.stat('Rejected work, 1 h', 'Rejected difficulty over submitted difficulty of the last hour, all chosen miners. Above the limit of antminer_threshold_share_reject_ratio the alert AntminerRejectRatioHigh fires for a miner.', 4, 'percentunit', style.reject, [p.instant(q.reject_fleet('1h'))], decimals=2),
  p.stat('Miners without a pool', 'Miners that answer, but none of whose pools lives (antminer_pools_up).', 4, 'none', style.bad_count, [p.instant(q.count('%s == 0' % q.of('antminer_pools_up')))], 'background'),
  p.stat('On a reserve pool', 'Miners whose active pool is not their first choice (antminer_pool_active_rank).', 4, 'none', style.warning_count, [p.instant(q.count(reserve))], 'background'),
  p.stat('Dead pools', 'Configured pools that do not answer, counted a miner (antminer_pool_up). A dead reserve goes unnoticed until it is needed.', 4, 'none', style.warning_count, [p.instant(q.count('%s == 0' % q.of('antminer_pool_up')))], 'background'),
  p.stat('Longest without a share', 'Longest time since a share of an active pool (antminer_pool_last_share_timestamp_seconds), and that over the limit of the alert AntminerNoShares.', 4, 's', style.neutral, [
    p.instant('max(%s)' % silent, 'now'),
    p.instant('max(%s) / max(%s)' % [silent, q.wide('antminer_threshold_last_share_seconds')], 'of limit'),
  ], decimals=0) + p.by_name('of limit', { unit: 'percentunit', thresholds: style.of_limit }),
];

local hosts = [
  p.table(
    'Pools by host',
    'Every pool host with the miners that have it, that work for it now, and whose connection is dead; what it pays, and what it rejected in the last hour.',
    16, 'host',
    [
      { expr: by_host('count', q.of('antminer_pool_up')), name: 'Known to', index: 1, field: p.cell.number('none', 0, 95) },
      { expr: q.keyed_column('host', by_host('sum', q.of('antminer_pool_active'))), name: 'Worked by', index: 2, field: p.cell.number('none', 0, 110) },
      { expr: q.keyed_column('host', by_host('avg', q.of('antminer_pool_up'))), name: 'Alive', index: 3, field: p.cell.gauge('percentunit', 0, 1, style.share_up, 0, 130) },
      { expr: q.keyed_column('host', '%s * 2^32' % by_host('sum', paid)), name: 'Paid, 1 h', index: 4, field: p.cell.number('Hs', 2, 120) },
      { expr: q.keyed_column('host', '(1 / (1 + %s / %s) >= 0)' % [by_host('sum', increase('antminer_pool_shares_accepted_total', '1h')), by_host('sum', increase('antminer_pool_shares_rejected_total', '1h'))]), name: 'Rejects, 1 h', index: 5, field: p.cell.colored('percentunit', style.reject, 2) },
      { expr: q.keyed_column('host', by_host('sum', increase('antminer_pool_failures_total', '1h'))), name: 'Failures, 1 h', index: 6, field: p.cell.number('locale', 0) },
    ],
    { Host: { label: 'host', index: 0, field: { 'custom.minWidth': 180 } } },
    'Worked by', true, 'No miner tells of a pool', page=false,
  ),
  p.pie('Miners by active pool', 'How many miners take work from which pool now.', 8, 'none', [p.instant(by_host('count', active), '{{host}}')], 'No active pool'),
];

local elsewhere = [
  p.table(
    'Miners that work elsewhere',
    'Miners whose pool or account is not on the list of allowed ones (antminer_pool_unexpected, antminer_pool_unexpected_target_info): where they work, and where they worked before; accounts are masked. The alert AntminerPoolUnexpected fires for each. Empty without pools.allowed_hosts and pools.allowed_accounts, and while all is well.',
    24, 'miner',
    [
      { expr: 'max by (miner, target, before) (%s and on (%s) %s == 1)' % [q.of('antminer_pool_unexpected_target_info'), key, q.miner('antminer_pool_unexpected')], name: 'Elsewhere', hide: true },
    ],
    {
      Miner: { label: 'miner', index: 0, field: { 'custom.minWidth': 150 } },
      'Works for': { label: 'target', index: 1, field: { 'custom.minWidth': 250 } },
      'Worked for': { label: 'before', index: 2, field: { 'custom.minWidth': 250 } },
    }, no_value='All miners work where they may, or no list is set',
  ),
];

local worst = [
  p.bars('Rejected work, 10 highest', 'Rejected over submitted difficulty of the last hour. One miner: its network or its clock; all: the pool.', 8, 'percentunit', 0, 0.1, style.reject, [p.instant('topk(10, %s)' % q.each(q.filter('(%s)' % q.reject_each('1h'))), '{{miner}}')], 2, 'No work in the last hour') + p.links([p.to_series_miner]),
  p.bars('Longest without a share, 10 longest', 'Time since the last share of the active pool.', 8, 's', 0, 900, style.steps('green', [[300, 'yellow'], [900, 'red']]), [p.instant('topk(10, max by (miner) (%s))' % silent, '{{miner}}')], 0, 'No share yet') + p.links([p.to_series_miner]),
  p.bars('Pool switches in 24 h, 10 most', 'Changes of the active pool that the exporter saw (antminer_pool_switches_total). Many: the first pool or the network comes and goes.', 8, 'none', 0, 10, style.steps('green', [[1, 'yellow'], [6, 'red']]), [p.instant('topk(10, %s)' % q.each(increase('antminer_pool_switches_total', '24h')), '{{miner}}')], 0, 'No miner known') + p.links([p.to_series_miner]),
];

local trends = [
  {
    height: 8,
    panels: [
      p.graph('Paid and reported hashrate', 'What accepted shares are worth over an hour, by pool host (stacked), and what SHA-256 miners report (dashed). A lasting gap: rejects, a stale proxy, or miners that report too much.', 12, 'Hs', [
        p.range('%s * 2^32' % by_host('sum', paid), '{{host}}'),
        p.range('sum(%s)' % q.hashrate, 'reported'),
      ], stack=true, decimals=2) + p.limit('^reported$', 'text') + p.coarse,
      p.graph('Rejected shares by pool', 'Rejected over submitted shares of an hour, by pool host; dashed: the limit of the alert.', 12, 'percentunit', [
        // Rejected over submitted with each sum computed once; 0 / 0 is left out.
        p.range('1 / (1 + %s / %s) >= 0' % [by_host('sum', increase('antminer_pool_shares_accepted_total', '1h')), by_host('sum', increase('antminer_pool_shares_rejected_total', '1h'))], '{{host}}'),
        p.range('max(%s)' % q.wide('antminer_threshold_share_reject_ratio'), 'limit'),
      ], decimals=2, fill=0) + p.limit('^limit$') + p.coarse,
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Miners by active pool', 'Miners that work for each pool host over time. A step to another host: a failover.', 8, 'none', [p.range(by_host('sum', q.of('antminer_pool_active')), '{{host}}')], stack=true, decimals=0) + p.coarse,
      p.graph('Shares', 'Shares per minute of all chosen miners: accepted, rejected, stale.', 8, 'none', [
        p.range('sum(%s) * 60' % rate('antminer_pool_shares_accepted_total'), 'accepted'),
        p.range('sum(%s) * 60' % rate('antminer_pool_shares_rejected_total'), 'rejected'),
        p.range('sum(%s) * 60' % rate('antminer_pool_shares_stale_total'), 'stale'),
      ], decimals=1, fill=0) + p.coarse,
      p.graph('Share difficulty', 'Mean share difficulty that each pool host asks for (antminer_pool_share_difficulty).', 8, 'short', [p.range(by_host('avg', q.of('antminer_pool_share_difficulty')), '{{host}}')], fill=0) + p.coarse,
    ],
  },
];

d.new(
  'antminer-pools', 'Antminer / Pools', 'Is the work paid, and by which pool?',
  d.fleet_variables,
  [
    { title: 'Now', lines: [{ height: 4, panels: now }] },
    { title: 'Pools', lines: [{ height: 6, panels: hosts }, { height: 4, panels: elsewhere }] },
    { title: 'Worst first', lines: [{ height: 8, panels: worst }] },
    { title: 'Trends', lines: trends },
  ],
  annotations=[d.alerts_annotation('critical')],
)
