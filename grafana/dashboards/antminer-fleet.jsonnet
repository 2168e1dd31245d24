// Is the fleet fine, and if not: which miner?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';

local now = [
  p.stat(
    'Miners up',
    'Miners whose last poll gave a usable answer, and their share of all known miners (antminer_up). A miner that is off stays known until it is forgotten. Not 100 %: see Status, or the table sorted by state.',
    3, 'none', style.neutral,
    [
      p.instant('(sum(%s)) or vector(0)' % q.of('antminer_up'), 'up'),
      p.instant('sum(%(up)s) / (count(%(up)s) > 0)' % { up: q.of('antminer_up') }, 'of known'),
    ],
  ) + p.by_name('of known', { unit: 'percentunit', decimals: 1, thresholds: style.share_up }),
  p.stat(
    'Not healthy',
    'Down: the last poll failed (antminer_up is 0). Impaired: answers, but is degraded, starting or idle (antminer_state). Miners asleep on purpose do not count. Any: open the alerts, then the miner.',
    3, 'none', style.bad_count,
    [
      p.instant(q.count(q.down), 'down'),
      p.instant(q.count(q.impaired), 'impaired'),
    ],
    'background',
  ) + p.by_name('impaired', { thresholds: style.warning_count }) +
  p.links([p.to('antminer-alerts', 'Open the alerts')]),
  p.trend_stat(
    'Hashrate',
    'Sum over the SHA-256 miners that answer (antminer_hashrate_hashes_per_second). Other algorithms do not add up with it: see Hashrate by model.',
    3, 'Hs', style.neutral, 'sum(%s)' % q.hashrate, decimals=2,
  ),
  p.gauge(
    'Of expected',
    'Hashrate over what the miners should deliver (antminer_hashrate_expected_hashes_per_second). A miner that is down still counts with what it should deliver, for six hours; one that sleeps on purpose does not.',
    3, 'percentunit', 0, 1, style.of_expected,
    [p.instant('sum(%s) / (sum(%s) > 0)' % [
      q.hashrate,
      q.awake(q.filter('last_over_time(%s[6h])' % q.miner('antminer_hashrate_expected_hashes_per_second'), q.sha256)),
    ])],
    decimals=1,
  ),
  p.trend_stat(
    'Power',
    'Sum of what miners report; where a miner reports none, estimated from its hashrate and rated efficiency (antminer_power_watts). The page of a miner tells which.',
    3, 'watt', style.neutral, 'sum(%s)' % q.power, decimals=2,
  ),
  p.stat(
    'Efficiency',
    'Joules per terahash over the SHA-256 miners that have both values, and the same over the rated efficiency of these miners. Well above 100 % of rated: miners run hot, throttled or with dead boards.',
    3, 'suffix:J/TH', style.neutral,
    [
      p.instant(q.efficiency, 'now'),
      p.instant('(%s) / (sum(%s * on (job, instance, miner) %s) / sum(%s and on (job, instance, miner) %s) * 1e12)' % [
        q.efficiency,
        q.hashrate,
        q.miner('antminer_efficiency_rated_joules_per_hash'),
        q.hashrate,
        q.miner('antminer_efficiency_rated_joules_per_hash'),
      ], 'of rated'),
    ],
    decimals=1,
  ) + p.by_name('of rated', { unit: 'percentunit', decimals: 0, thresholds: { mode: 'absolute', steps: [
    { color: 'green', value: null },
    { color: 'yellow', value: 1.05 },
    { color: 'red', value: 1.2 },
  ] } }),
  p.stat(
    'Hottest chip',
    'Highest chip temperature, and the highest share of the critical limit of its miner (antminer_chip_temperature_max_celsius, antminer_threshold_chip_temperature_celsius). Red: the limit is passed; see Headroom.',
    3, 'celsius', style.neutral,
    [
      p.instant('max(%s)' % q.hottest, 'now'),
      p.instant('max(%s / on (job, instance, miner) %s)' % [
        '(%s)' % q.hottest,
        q.miner('antminer_threshold_chip_temperature_celsius', 'severity="critical"'),
      ], 'of limit'),
    ],
    decimals=0,
  ) + p.by_name('of limit', { unit: 'percentunit', thresholds: style.of_limit }),
  p.stat(
    'Profit per day',
    'Revenue less electricity at the present hashrate, price and tariff (recording rule miner:antminer_profit_per_day:current). A dash: no market data, no tariff, or the rules are not loaded.',
    3, 'none', style.money,
    [p.instant('sum by (currency) (%s)' % q.filter('miner:antminer_profit_per_day:current{job=~"$job", miner=~"$miner"}'), '{{currency}}')],
    decimals=2,
  ) + p.money_units + p.links([p.to('antminer-profitability', 'Open profitability')]),
];

local alerts = p.table(
  'Firing alerts',
  'What fires now (ALERTS). Worst first; the miner leads to its page, the alert to all alerts. Needs the alerting rules in Prometheus.',
  9, 'alertname',
  [{
    expr: 'sort_desc(sum by (alertname, severity, miner) (%s * on (severity) group_left () (label_replace(vector(3), "severity", "critical", "", "") or label_replace(vector(2), "severity", "warning", "", "") or label_replace(vector(1), "severity", "info", "", ""))))' % q.firing(),
    name: 'Rank',
    hide: true,
  }],
  {
    Alert: { label: 'alertname', index: 1, field: { links: [p.to('antminer-alerts', 'All alerts')], 'custom.minWidth': 210 } },
    Severity: { label: 'severity', index: 0, field: p.cell.state(style.severity, 90) },
    Miner: { label: 'miner', index: 2, field: { links: [p.to_row_miner], 'custom.width': 120 } },
  },
  no_value='No alert fires', page=false,
);

local status = p.timeline(
  'Status, the 20 that hashed least',
  'State of each miner over time (antminer_state). Twenty at most: those that were in state hashing for the smallest part of the range. A gap: the exporter was not scraped.',
  15, style.states,
  [p.range(q.state_each(chosen='on (miner) bottomk(20, min by (miner) (avg_over_time(%s[$__range] @ end()) and on (job, instance, miner) %s))' % [
    q.miner('antminer_state', 'state="hashing"'),
    q.info(),
  ]), '{{miner}}')],
  'No miner known',
) + p.links([p.to_series_miner]);

local worst = [
  p.bars(
    'Lost hashrate, 10 most',
    'Hashrate that is missing from what the miner usually does, most first; all of it where the miner is down (antminer_hashrate_lost_hashes_per_second, SHA-256). Start here: these cost most. Click a bar: the miner.',
    6, 'Hs', 0, null, style.neutral,
    [p.instant('topk(10, %s)' % q.each(q.of_sha256('antminer_hashrate_lost_hashes_per_second')), '{{miner}}')],
    0, 'No miner known',
  ) + p.links([p.to_series_miner]),
  p.bars(
    'Hashrate of expected, 10 lowest',
    'Present hashrate over expected hashrate, lowest first (antminer_hashrate_hashes_per_second, antminer_hashrate_expected_hashes_per_second). Miners that are down are not here but in Status. Click a bar: the miner.',
    6, 'percentunit', 0, 1, style.of_expected,
    [p.instant('bottomk(10, %s)' % q.each(q.of_expected_each), '{{miner}}')],
    0, 'No miner answers',
  ) + p.links([p.to_series_miner]),
  p.bars(
    'Headroom to the chip limit, 10 smallest',
    'Degrees from the hottest chip of a miner to its critical limit (antminer_threshold_chip_temperature_celsius). Zero or less: hot now. Check fans, filters and the air of the rack.',
    6, 'celsius', 0, 40, style.headroom,
    [p.instant('bottomk(10, min by (miner) (%s))' % q.headroom_each, '{{miner}}')],
    0, 'No chip temperature',
  ) + p.links([p.to_series_miner]),
  p.bars(
    'Rejected work, 10 highest',
    'Rejected difficulty over submitted difficulty of the last hour (antminer_difficulty_rejected_total). High on one miner: the miner or its network; on all: the pool.',
    6, 'percentunit', 0, 0.1, style.reject,
    [p.instant('topk(10, %s)' % q.each(q.filter('(%s)' % q.reject_each('1h'))), '{{miner}}')],
    2, 'No work in the last hour',
  ) + p.links([p.to_series_miner]),
];

local inventory = p.table(
  'Miners',
  'Every chosen miner, worst state first. The miner leads to its page, the address to the page of its firmware. Expected: hashrate of what it should be. Chip of limit: hottest chip over the critical limit. Fan: the slowest. Boards −: boards that do not hash. Rejects: of the last hour. A dash: the miner does not tell, or is down. Sources: antminer_state, antminer_hashrate_hashes_per_second, antminer_power_watts, antminer_chip_temperature_celsius, antminer_fan_min_rpm, antminer_board_up, antminer_mining_start_time_seconds, antminer_last_success_timestamp_seconds.',
  24, 'miner',
  [
    { expr: 'max by (miner, model, site, rack, address) (%s)' % q.info(), name: 'Info', hide: true },
    { expr: 'max by (miner) (%s)' % q.filter(q.state_each('job, instance, miner')), name: 'State', index: 1, field: p.cell.state(style.states, 105) },
    { expr: 'sum by (miner) (%s)' % q.of('antminer_hashrate_hashes_per_second'), course: true, name: 'Hashrate', index: 5, field: p.cell.course('Hs', 190) },
    { expr: q.column(q.of_expected_each), name: 'Expected', index: 6, field: p.cell.colored('percentunit', style.of_expected, 0, 90) },
    { expr: q.column('(%s)' % q.power), name: 'Power', index: 7, field: p.cell.number('watt', 2, 90) },
    { expr: q.column('(%s)' % q.efficiency_each), name: 'J/TH', index: 8, field: p.cell.number('none', 1, 65) },
    { expr: q.column('(%s) / on (job, instance, miner) %s' % [q.hottest, q.miner('antminer_threshold_chip_temperature_celsius', 'severity="critical"')]), name: 'Chip of limit', index: 9, field: p.cell.gauge('percentunit', 0, 1, style.of_limit, 0, 140) },
    { expr: q.column(q.of('antminer_fan_min_rpm')), name: 'Fan', index: 10, field: p.cell.number('rotrpm', 0, 90) },
    { expr: q.column('(%s)' % q.boards_missing_each), name: 'Boards −', index: 11, field: p.cell.colored('none', style.bad_count, 0, 85) },
    { expr: q.column(q.filter('(%s)' % q.reject_each('1h'))), name: 'Rejects', index: 12, field: p.cell.colored('percentunit', style.reject, 2, 85) },
    { expr: q.column('(time() - %s)' % q.of('antminer_mining_start_time_seconds')), name: 'Uptime', index: 13, field: p.cell.number('dtdurations', 0, 80) },
    { expr: q.column('(%s) * 1000' % q.of('antminer_last_success_timestamp_seconds')), name: 'Last answer', index: 14, field: p.cell.number('dateTimeFromNow', null, 110) },
  ],
  {
    Miner: { label: 'miner', index: 0, field: { links: [p.to_row_miner], 'custom.width': 110 } },
    Model: { label: 'model', index: 2, field: { mappings: style.short_model, 'custom.width': 110 } },
    Site: { label: 'site', index: 3 },
    Rack: { label: 'rack', index: 4 },
    Address: { label: 'address', index: 15, field: { links: [p.link('Page of the miner', 'http://${__value.raw}', true)], 'custom.width': 110 } },
  },
  'State', false, 'No miner known. Is discovery running? See the dashboard Exporter and discovery.',
);

local trends = [
  {
    height: 8,
    panels: [
      p.graph(
        'Hashrate by model',
        'SHA-256 hashrate stacked by model, and what all of them should deliver (dashed). The join with antminer_miner_info tells the model.',
        12, 'Hs',
        [
          p.range('sum by (model) (%s)' % q.with(q.miner('antminer_hashrate_hashes_per_second'), 'model', q.sha256), '{{model}}'),
          p.range('sum(%s)' % q.of_sha256('antminer_hashrate_expected_hashes_per_second'), 'expected'),
        ],
        stack=true, legend='right',
      ) + p.limit('^expected$', 'text'),
      p.graph(
        'Hashrate by site',
        'SHA-256 hashrate stacked by site (setting of the inventory; without one all miners are in one line).',
        12, 'Hs',
        [p.range('sum by (site) (%s)' % q.with(q.miner('antminer_hashrate_hashes_per_second'), 'site', q.sha256), 'site {{site}}')],
        stack=true, legend='right',
      ),
    ],
  },
  {
    height: 8,
    panels: [
      p.graph(
        'Power and efficiency',
        'Electrical power of all chosen miners, and joules per terahash over the miners that have both values (right axis). Efficiency that rises while power stays: hash boards die or throttle.',
        12, 'watt',
        [
          p.range('sum(%s)' % q.power, 'power'),
          p.range(q.efficiency, 'efficiency'),
        ],
        legend='right',
      ) + p.second_axis('^efficiency$', 'suffix:J/TH') + p.finer,
      p.graph(
        'Chip temperature',
        'Hottest chip, 95th percentile and mean over all chip sensors, with the lowest critical limit of the chosen miners (dashed). The maximum alone high: one miner; all high: the air.',
        12, 'celsius',
        [
          p.range('max(%s)' % q.hottest, 'hottest'),
          p.range('quantile(0.95, %s)' % q.of('antminer_chip_temperature_celsius'), '95th percentile'),
          p.range('avg(%s)' % q.of('antminer_chip_temperature_celsius'), 'mean'),
          p.range('min(%s)' % q.of('antminer_threshold_chip_temperature_celsius', 'severity="critical"'), 'limit'),
        ],
        min=20, fill=0, legend='right',
      ) + p.limit('^limit$') + p.finer,
    ],
  },
  {
    height: 8,
    panels: [
      p.history(
        'Hashrate of expected, 20 lowest of the range',
        'Mean of hashrate over expected hashrate in steps of ten minutes or more. Red columns across many miners: power or network; one red line: that miner.',
        24, 'percentunit', style.of_expected,
        [p.range('%(each)s and on (miner) bottomk(20, min by (miner) (avg_over_time(%(h)s[$__range] @ end()) / on (job, instance, miner) (%(e)s @ end() > 0) and on (job, instance, miner) %(i)s))' % {
          each: q.each(q.of_expected_each),
          h: q.miner('antminer_hashrate_hashes_per_second'),
          e: q.miner('antminer_hashrate_expected_hashes_per_second'),
          i: q.info(),
        }, '{{miner}}')],
        no_value='No miner answers',
      ) + p.links([p.to_series_miner]),
    ],
  },
];

local pools = [
  {
    height: 7,
    panels: [
      p.graph(
        'Paid and reported hashrate',
        'What the accepted shares are worth (difficulty × 2^32) against what SHA-256 miners report. The paid line swings with luck; over hours it must meet the other. Constantly lower: rejects, a stale proxy, or miners that report too much.',
        12, 'Hs',
        [
          p.range('sum(rate(%s[$__rate_interval]) and on (job, instance, miner) %s) * 2^32' % [q.miner('antminer_difficulty_accepted_total'), q.info(q.sha256)], 'paid'),
          p.range('sum(%s)' % q.hashrate, 'reported'),
        ],
        fill=0,
      ),
      p.pie(
        'Miners by active pool',
        'How many miners take work from which pool now (antminer_pool_active, antminer_pool_info). A second pool here: those miners failed over.',
        6, 'none',
        [p.instant('count by (host) ((%s == 1) * on (job, instance, miner, pool) group_left (host) %s)' % [q.of('antminer_pool_active'), q.miner('antminer_pool_info')], '{{host}}')],
        'No active pool',
      ) + p.links([p.to('antminer-pools', 'Open pools')]),
      p.bars(
        'Longest without a share',
        'Time since the last share of the active pool, ten longest (antminer_pool_last_share_timestamp_seconds). Beyond the limit the alert AntminerNoShares fires.',
        6, 's', 0, 900, style.steps('green', [[300, 'yellow'], [900, 'red']]),
        [p.instant('topk(10, max by (miner) (time() - %s and on (job, instance, miner, pool) %s == 1))' % [q.of('antminer_pool_last_share_timestamp_seconds'), q.miner('antminer_pool_active')], '{{miner}}')],
        0, 'No share yet',
      ) + p.links([p.to_series_miner]),
    ],
  },
];

local faults = [
  {
    height: 4,
    panels: [
      p.stat(
        'Boards missing',
        'Boards that the models have but that do not hash (antminer_boards_expected less antminer_board_up).',
        4, 'none', style.bad_count, [p.instant(q.sum_or_zero('(%s) > 0' % q.boards_missing_each))],
      ) + p.links([p.to('antminer-boards', 'Open boards')]),
      p.stat(
        'Chips missing',
        'Chips that boards should have but do not show (antminer_board_chips_expected less antminer_board_chips), over boards that show any.',
        4, 'none', style.bad_count,
        [p.instant(q.sum_or_zero('(%s) - on (job, instance, miner, board) (%s > 0) > 0' % [q.of('antminer_board_chips_expected'), q.miner('antminer_board_chips')]))],
      ) + p.links([p.to('antminer-boards', 'Open boards')]),
      p.stat(
        'Chips failed',
        'Chips that the firmware marks as bad (antminer_board_chips_failed).',
        4, 'none', style.bad_count, [p.instant(q.sum_or_zero(q.of('antminer_board_chips_failed')))],
      ) + p.links([p.to('antminer-boards', 'Open boards')]),
      p.stat(
        'Fans stopped',
        'Fans that stand still or are not seen, of those the models have (antminer_fan_rpm, antminer_fans_expected).',
        4, 'none', style.bad_count, [p.instant(q.sum_or_zero('(%s) > 0' % q.fans_stopped_each))],
      ),
      p.stat(
        'Hardware errors',
        'Hardware errors over all work of the last hour (antminer_hardware_errors_total, antminer_hashes_total): the mean of the miners.',
        4, 'percentunit', style.hardware_errors, [p.instant('avg(%s)' % q.filter('(%s)' % q.hardware_errors_each('1h'), q.sha256))], decimals=3,
      ),
      p.stat(
        'Restarts in 1 h',
        'Restarts of the mining process that the exporter saw in the last hour (antminer_restarts_total).',
        4, 'none', style.warning_count,
        [p.instant('(sum(increase(%s[1h]) and on (job, instance, miner) %s)) or vector(0)' % [q.miner('antminer_restarts_total'), q.info()])],
        decimals=0,
      ),
    ],
  },
  {
    height: 8,
    panels: [
      p.bars(
        'Fans stopped, 10 most',
        'Miners with fans that stand still or are not seen. Swap the fan before the chips pay for it.',
        6, 'none', 0, 4, style.bad_count,
        [p.instant('topk(10, %s)' % q.each('(%s)' % q.fans_stopped_each), '{{miner}}')], 0, 'No fan known',
      ) + p.links([p.to_series_miner]),
      p.bars(
        'Boards missing, 10 most',
        'Miners with boards that do not hash.',
        6, 'none', 0, 3, style.bad_count,
        [p.instant('topk(10, %s)' % q.each('(%s)' % q.boards_missing_each), '{{miner}}')], 0, 'No board known',
      ) + p.links([p.to_series_miner]),
      p.bars(
        'Hardware errors, 10 highest',
        'Hardware errors over all work of the last hour. More than one percent: lower the clock, cool better, or expect the board to fail.',
        6, 'percentunit', 0, 0.02, style.hardware_errors,
        [p.instant('topk(10, %s)' % q.each(q.filter('(%s)' % q.hardware_errors_each('1h'), q.sha256)), '{{miner}}')], 3, 'No work in the last hour',
      ) + p.links([p.to_series_miner]),
      p.bars(
        'Restarts in 24 h, 10 most',
        'Restarts of the mining process in the last day (antminer_restarts_total). Often: power supply, a weak board, or a watchdog.',
        6, 'none', 0, 10, style.steps('green', [[1, 'yellow'], [5, 'red']]),
        [p.instant('topk(10, %s)' % q.each(q.filter('increase(%s[24h])' % q.miner('antminer_restarts_total'))), '{{miner}}')], 0, 'No miner known',
      ) + p.links([p.to_series_miner]),
    ],
  },
];

d.new(
  'antminer-fleet', 'Antminer / Fleet', 'Is the fleet fine, and if not, which miner is it?',
  d.fleet_variables,
  [
    { title: 'Now', lines: [{ height: 4, panels: now }, { height: 9, panels: [alerts, status] }] },
    { title: 'Worst first', lines: [{ height: 8, panels: worst }] },
    { title: 'Inventory', lines: [{ height: 13, panels: [inventory] }] },
    { title: 'Trends', lines: trends },
    { title: 'Pools', collapsed: true, lines: pools },
    { title: 'Faults', collapsed: true, lines: faults },
  ],
  annotations=[d.alerts_annotation('critical'), d.restarts_annotation(false)],
)
