// Why is this miner not fine?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';
local key = 'job, instance, miner';

local identity = p.table(
  'Miner',
  'What the miner is (antminer_miner_info, kept while it is down), its state, and when it answered last. The address leads to the page of its firmware.',
  24, 'miner',
  [
    { expr: 'max by (miner, model, site, rack, address, firmware, firmware_version, mac, hostname) (%s)' % q.info(), name: 'Info', hide: true },
    { expr: 'max by (miner) (%s)' % q.filter(q.state_each(key)), name: 'State', index: 1, field: p.cell.state(style.states, 110) },
    { expr: q.column('(time() - %s)' % q.of('antminer_mining_start_time_seconds')), name: 'Uptime', index: 3, field: p.cell.number('dtdurations', 0, 90) },
    { expr: q.column('(%s) * 1000' % q.of('antminer_last_success_timestamp_seconds')), name: 'Last answer', index: 4, field: p.cell.number('dateTimeFromNow', null, 110) },
    { expr: 'max by (miner, mode) (%s == 1)' % q.of('antminer_work_mode'), name: 'Mode is on', hide: true },
  ],
  {
    Miner: { label: 'miner', index: 0, field: { 'custom.width': 110 } },
    Model: { label: 'model', index: 2, field: { mappings: style.short_model, 'custom.width': 100 } },
    Address: { label: 'address', index: 5, field: { links: [p.link('Page of the miner', 'http://${__value.raw}', true)], 'custom.width': 110 } },
    Site: { label: 'site', index: 6 },
    Rack: { label: 'rack', index: 7 },
    Firmware: { label: 'firmware', index: 8 },
    Version: { label: 'firmware_version', index: 9 },
    MAC: { label: 'mac', index: 10 },
    Host: { label: 'hostname', index: 11 },
    Mode: { label: 'mode', index: 12 },
  },
  no_value='No miner of this name is known', page=false,
);

local alerts = p.table(
  'Firing alerts of this miner',
  'What fires now for the chosen miner (ALERTS). Needs the alerting rules in Prometheus.',
  9, 'alertname',
  [{ expr: 'max by (alertname, severity, miner) (%s)' % q.firing('miner!=""'), name: 'Value', hide: true }],
  {
    Alert: { label: 'alertname', index: 1, field: { links: [p.to('antminer-alerts', 'All alerts')] } },
    Severity: { label: 'severity', index: 0, field: p.cell.state(style.severity, 95) },
    Miner: { label: 'miner', index: 2 },
  },
  no_value='No alert fires for this miner', page=false,
);

local now = [
  p.trend_stat(
    'Hashrate', 'Short-window hashrate that the miner reports (antminer_hashrate_hashes_per_second).',
    4, 'Hs', style.neutral, 'sum(%s)' % q.of('antminer_hashrate_hashes_per_second'), decimals=1,
  ),
  p.gauge(
    'Of expected', 'Hashrate over what the model should deliver (antminer_hashrate_expected_hashes_per_second). Low from the start: a board is missing or the miner is set to a low mode.',
    4, 'percentunit', 0, 1.1, style.of_expected,
    [p.instant('avg(%s)' % q.of_expected_each)], 0,
  ),
  p.gauge(
    'Of usual', 'Hashrate over the median of its own last healthy samples (antminer_hashrate_baseline_hashes_per_second). Low here but not before: something happened. The alert AntminerHashrateDrop compares this with antminer_threshold_hashrate_ratio.',
    4, 'percentunit', 0, 1.1, style.steps('red', [[0.9, 'yellow'], [0.95, 'green']]),
    [p.instant('avg(%s / on (%s) (%s > 0))' % [q.awake(q.of('antminer_hashrate_hashes_per_second')), key, q.miner('antminer_hashrate_baseline_hashes_per_second')])], 0,
  ),
  p.gauge(
    'Hottest chip of limit', 'Hottest chip over the critical limit of this miner (antminer_threshold_chip_temperature_celsius). 100 %: the firmware will throttle or stop soon.',
    4, 'percentunit', 0, 1.2, style.of_limit,
    [p.instant('max((%s) / on (%s) %s)' % [q.hottest, key, q.miner('antminer_threshold_chip_temperature_celsius', 'severity="critical"')])], 0,
  ),
  p.trend_stat(
    'Power', 'Electrical power, reported by the miner or estimated from its hashrate (antminer_power_watts); the row Power tells which. A dash: the miner tells none and none can be estimated.',
    4, 'watt', style.neutral, 'sum(%s)' % q.power, decimals=2,
  ),
  p.stat(
    'Efficiency', 'Joules per terahash, and the same over the rated efficiency of the model (antminer_efficiency_rated_joules_per_hash).',
    4, 'suffix:J/TH', style.neutral,
    [
      p.instant(q.efficiency, 'now'),
      p.instant('avg((%s) / on (%s) (%s * 1e12))' % [q.efficiency_each, key, q.miner('antminer_efficiency_rated_joules_per_hash')], 'of rated'),
    ],
    decimals=1,
  ) + p.by_name('of rated', { unit: 'percentunit', decimals: 0, thresholds: style.steps('green', [[1.1, 'yellow'], [1.25, 'red']]) }),
];

local more = [
  p.stat(
    'Slowest fan', 'Speed of the slowest fan (antminer_fan_min_rpm), coloured by its share of the lowest acceptable speed: red below antminer_threshold_fan_rpm.',
    4, 'rotrpm', style.neutral,
    [
      p.instant('min(%s)' % q.of('antminer_fan_min_rpm'), 'now'),
      p.instant('min(%s / on (%s) (%s > 0))' % [q.of('antminer_fan_min_rpm'), key, q.miner('antminer_threshold_fan_rpm')], 'of minimum'),
    ],
    decimals=0,
  ) + p.by_name('of minimum', { unit: 'percentunit', thresholds: style.steps('red', [[1, 'yellow'], [1.25, 'green']]) }),
  p.stat(
    'Rejected work, 1 h', 'Rejected difficulty over submitted difficulty of the last hour.',
    4, 'percentunit', style.reject, [p.instant('avg(%s)' % q.filter('(%s)' % q.reject_each('1h')))], decimals=2,
  ),
  p.stat(
    'Hardware errors, 1 h', 'Hardware errors over all work of the last hour (antminer_hardware_errors_total, antminer_hashes_total).',
    4, 'percentunit', style.hardware_errors, [p.instant('avg(%s)' % q.filter('(%s)' % q.hardware_errors_each('1h'), q.sha256))], decimals=3,
  ),
  p.stat(
    'Restarts, 24 h', 'Restarts of the mining process in the last day (antminer_restarts_total).',
    4, 'none', style.steps('green', [[1, 'yellow'], [4, 'red']]),
    [p.instant('sum(increase(%s[24h]))' % q.miner('antminer_restarts_total'))], decimals=0,
  ),
  p.stat(
    'Last share', 'Time since the last share that went to the active pool (antminer_pool_last_share_timestamp_seconds).',
    4, 's', style.steps('green', [[300, 'yellow'], [900, 'red']]),
    [p.instant('max(time() - %s and on (%s, pool) %s == 1)' % [q.of('antminer_pool_last_share_timestamp_seconds'), key, q.miner('antminer_pool_active')])], decimals=0,
  ),
  p.stat(
    'Profit per day', 'Revenue less electricity at the present hashrate, price and tariff (recording rule miner:antminer_profit_per_day:current). A dash: no market data, no tariff, no power, or the rules are not loaded.',
    4, 'none', style.money,
    [p.instant('sum by (currency) (%s)' % q.filter('miner:antminer_profit_per_day:current{job=~"$job", miner=~"$miner"}'), '{{currency}}')], decimals=2,
  ) + p.money_units + p.links([p.to('antminer-profitability', 'Open profitability')]),
];

local hashrate = [
  {
    height: 9,
    panels: [
      p.graph(
        'Hashrate',
        'Reported now, mean since the start of mining, and what the accepted shares are worth (paid, over an hour); dashed: expected, usual, and the limit of the alert AntminerHashrateDrop.',
        12, 'Hs',
        [
          p.range('sum(%s)' % q.of('antminer_hashrate_hashes_per_second'), 'now'),
          p.range('sum(%s)' % q.of('antminer_hashrate_average_hashes_per_second'), 'since start'),
          p.range('sum(%s) * 2^32' % q.filter('rate(%s[1h])' % q.miner('antminer_difficulty_accepted_total'), q.sha256), 'paid'),
          p.range('sum(%s)' % q.of('antminer_hashrate_expected_hashes_per_second'), 'expected'),
          p.range('sum(%s * on (%s) %s)' % [q.of('antminer_hashrate_baseline_hashes_per_second'), key, q.miner('antminer_threshold_hashrate_ratio')], 'alert limit'),
        ],
        fill=0, legend='right',
      ) + p.limit('^expected$', 'text') + p.limit('^alert limit$'),
      p.graph(
        'Hashrate by board',
        'What each board delivers (antminer_board_hashrate_hashes_per_second), stacked, and what they should deliver together (dashed).',
        12, 'Hs',
        [
          p.range('max by (miner, board) (%s)' % q.of('antminer_board_hashrate_hashes_per_second'), '{{miner}} / {{board}}'),
          p.range('sum(%s)' % q.of('antminer_board_hashrate_expected_hashes_per_second'), 'expected'),
        ],
        stack=true, legend='right',
      ) + p.limit('^expected$', 'text'),
    ],
  },
  {
    height: 5,
    panels: [p.timeline(
      'State', 'State of the miner over time (antminer_state), on the same time axis as the graphs above.',
      15, style.states, [p.range(q.filter(q.state_each(key)), '{{miner}}')], 'No miner of this name is known',
    ), alerts],
  },
];

local heat = [
  {
    height: 9,
    panels: [
      p.graph(
        'Chip temperature by board',
        'Hottest chip sensor of each board (antminer_chip_temperature_celsius) with the limits of this miner (dashed). One board alone: its heat sink or paste; all: air, fans, filters.',
        8, 'celsius',
        [
          p.range('max by (miner, board) (%s)' % q.of('antminer_chip_temperature_celsius'), '{{miner}} / {{board}}'),
          p.range('min by (severity) (%s)' % q.of('antminer_threshold_chip_temperature_celsius'), 'limit: {{severity}}'),
        ],
        min=20, fill=0,
      ) + p.limit('^limit: critical$') + p.limit('^limit: warning$', 'yellow'),
      p.graph(
        'Board, air and coolant temperature',
        'Hottest board sensor (antminer_pcb_temperature_celsius), ambient and coolant where the miner has such sensors.',
        8, 'celsius',
        [
          p.range('max by (miner, place) (label_replace(%s, "place", "board $1", "board", "(.*)") or label_replace(%s, "place", "air", "", "") or label_replace(%s, "place", "coolant $1", "port", "(.*)"))' % [
            q.of('antminer_pcb_temperature_celsius'),
            q.of('antminer_ambient_temperature_celsius'),
            q.of('antminer_coolant_temperature_celsius'),
          ], '{{miner}} {{place}}'),
        ],
        fill=0,
      ),
      p.graph(
        'Fans',
        'Speed of each fan (antminer_fan_rpm), the lowest acceptable speed (dashed), and the duty that the miner asks for (right axis). Full duty and rising chips: dust or a hot room.',
        8, 'rotrpm',
        [
          p.range('max by (miner, fan) (%s)' % q.of('antminer_fan_rpm'), '{{miner}} fan {{fan}}'),
          p.range('max(%s)' % q.of('antminer_threshold_fan_rpm'), 'minimum'),
          p.range('max by (miner) (%s)' % q.of('antminer_fan_duty_ratio'), '{{miner}} duty'),
        ],
        fill=0,
      ) + p.limit('^minimum$') + p.second_axis('duty$', 'percentunit'),
    ],
  },
];

local unit = q.unit_column;
local boards = [
  {
    height: 7,
    panels: [p.table(
      'Boards',
      'Every board with its state, hashrate, chips, hottest sensor over the critical limit, clock, voltage and hardware errors of the last hour. Chips −: of those the board should have, how many are missing or marked bad.',
      24, 'unit',
      [
        { expr: 'max by (unit, miner, board) (%s)' % q.unit(q.of('antminer_board_up')), name: 'State', index: 1, field: p.cell.state(style.up_down, 90) },
        { expr: 'sum by (unit) (%s)' % q.unit(q.of('antminer_board_hashrate_hashes_per_second')), course: true, name: 'Hashrate', index: 2, field: p.cell.course('Hs', 220) },
        { expr: unit('%s / on (%s, board) (%s > 0)' % [q.of('antminer_board_hashrate_hashes_per_second'), key, q.miner('antminer_board_hashrate_expected_hashes_per_second')]), name: 'Expected', index: 3, field: p.cell.colored('percentunit', style.of_expected, 0) },
        { expr: unit(q.of('antminer_board_chips')), name: 'Chips', index: 4, field: p.cell.number('none', 0) },
        { expr: unit('(%s - on (%s, board) %s + on (%s, board) %s)' % [q.of('antminer_board_chips_expected'), key, q.miner('antminer_board_chips'), key, q.miner('antminer_board_chips_failed')]), name: 'Chips −', index: 5, field: p.cell.colored('none', style.bad_count, 0) },
        { expr: unit('(max without (sensor) (%s) / on (%s) group_left () %s)' % [q.of('antminer_chip_temperature_celsius'), key, q.miner('antminer_threshold_chip_temperature_celsius', 'severity="critical"')]), name: 'Chip of limit', index: 6, field: p.cell.gauge('percentunit', 0, 1, style.of_limit, 0, 150) },
        { expr: unit(q.of('antminer_board_frequency_hertz')), name: 'Clock', index: 7, field: p.cell.number('hertz', 0) },
        { expr: unit(q.of('antminer_board_voltage_volts')), name: 'Voltage', index: 8, field: p.cell.number('volt', 2) },
        { expr: unit(q.of('antminer_board_power_watts')), name: 'Power', index: 9, field: p.cell.number('watt', 0) },
        { expr: unit('increase(%s[1h])' % q.miner('antminer_board_hardware_errors_total')), name: 'HW errors, 1 h', index: 10, field: p.cell.number('locale', 0) },
        { expr: 'max by (unit, serial) (%s)' % q.unit(q.of('antminer_board_info')), name: 'Serial is there', hide: true },
      ],
      {
        Board: { label: 'unit', index: 0, field: { 'custom.minWidth': 120 } },
        Serial: { label: 'serial', index: 11 },
        'Miner ': { label: 'miner', index: 20, hide: true },
        'Board ': { label: 'board', index: 21, hide: true },
      },
      sort='Board', no_value='The miner tells of no board', page=false,
    )],
  },
];

local sensors = [
  {
    height: 8,
    panels: [
      p.graph(
        'Chip sensors',
        'Every chip sensor of every board (antminer_chip_temperature_celsius).',
        12, 'celsius', [p.range('max by (miner, board, sensor) (%s)' % q.of('antminer_chip_temperature_celsius'), '{{miner}} / {{board}} sensor {{sensor}}')],
        min=20, fill=0, legend='right',
      ),
      p.graph(
        'Clock and voltage by board',
        'Mean chip clock (antminer_board_frequency_hertz) and supply voltage (right axis). A clock that falls: the firmware throttles.',
        12, 'hertz',
        [
          p.range('max by (miner, board) (%s)' % q.of('antminer_board_frequency_hertz'), '{{miner}} / {{board}} clock'),
          p.range('max by (miner, board) (%s)' % q.of('antminer_board_voltage_volts'), '{{miner}} / {{board}} voltage'),
        ],
        min=null, fill=0, legend='right',
      ) + p.second_axis('voltage$', 'volt'),
    ],
  },
];

local power = [
  {
    height: 8,
    panels: [
      p.graph(
        'Power', 'Electrical power by source: reported by the miner, or estimated. Dashed: the limit of the inventory (antminer_threshold_power_watts), if set.',
        8, 'watt',
        [
          p.range('sum by (source) (%s)' % q.of('antminer_power_watts'), '{{source}}'),
          p.range('sum(%s)' % q.of('antminer_threshold_power_watts'), 'limit'),
        ],
        decimals=2,
      ) + p.limit('^limit$'),
      p.graph(
        'Efficiency', 'Joules per terahash, and the rated value of the model (dashed).',
        8, 'suffix:J/TH',
        [
          p.range(q.efficiency, 'now'),
          p.range('avg(%s) * 1e12' % q.of('antminer_efficiency_rated_joules_per_hash'), 'rated'),
        ],
        decimals=1, fill=0,
      ) + p.limit('^rated$', 'text'),
      p.graph(
        'Energy per hour', 'Energy of each hour (antminer_energy_joules_total, which survives restarts of the exporter).',
        8, 'kwatth', [p.range('sum(increase(%s[1h])) / 3.6e6' % q.miner('antminer_energy_joules_total'), 'energy', interval='1h')],
        calcs=['sum', 'lastNotNull'],
      ) + p.columns_of_time,
    ],
  },
];

local pool(expr) = q.unit_column(expr, 'pool');
local pools = [
  {
    height: 6,
    panels: [p.table(
      'Pools',
      'The pools of the miner in their order, which of them lives, and which takes the work. Rejects: of the last hour.',
      24, 'unit',
      [
        { expr: 'max by (unit, miner, pool, host, protocol) (%s)' % q.unit(q.of('antminer_pool_info'), 'pool'), name: 'Info', hide: true },
        { expr: pool(q.of('antminer_pool_up')), name: 'State', index: 2, field: p.cell.state(style.alive, 90) },
        { expr: pool(q.of('antminer_pool_active')), name: 'Work', index: 3, field: p.cell.state(style.active, 100) },
        { expr: pool(q.of('antminer_pool_priority')), name: 'Priority', index: 4, field: p.cell.number('none', 0) },
        { expr: pool('(time() - %s)' % q.of('antminer_pool_last_share_timestamp_seconds')), name: 'Last share', index: 5, field: p.cell.number('s', 0) },
        { expr: pool(q.of('antminer_pool_share_difficulty')), name: 'Difficulty', index: 6, field: p.cell.number('locale', 0) },
        { expr: pool('increase(%s[1h])' % q.miner('antminer_pool_shares_accepted_total')), name: 'Accepted, 1 h', index: 7, field: p.cell.number('locale', 0) },
        { expr: pool('(increase(%(r)s[1h]) / (increase(%(a)s[1h]) + increase(%(r)s[1h]) > 0))' % { a: q.miner('antminer_pool_shares_accepted_total'), r: q.miner('antminer_pool_shares_rejected_total') }), name: 'Rejects', index: 8, field: p.cell.colored('percentunit', style.reject, 2) },
        { expr: pool('increase(%s[1h])' % q.miner('antminer_pool_failures_total')), name: 'Failures, 1 h', index: 9, field: p.cell.number('locale', 0) },
      ],
      {
        Pool: { label: 'unit', index: 0 },
        Host: { label: 'host', index: 1, field: { 'custom.minWidth': 180 } },
        Protocol: { label: 'protocol', index: 10 },
        'Miner ': { label: 'miner', index: 20, hide: true },
        'Pool ': { label: 'pool', index: 21, hide: true },
      },
      sort='Pool', no_value='The miner tells of no pool', page=false,
    )],
  },
  {
    height: 8,
    panels: [
      p.graph(
        'Shares', 'Shares per minute, accepted, rejected and stale (antminer_shares_accepted_total and its like).',
        8, 'none',
        [
          p.range('sum(rate(%s[$__rate_interval])) * 60' % q.miner('antminer_shares_accepted_total'), 'accepted'),
          p.range('sum(rate(%s[$__rate_interval])) * 60' % q.miner('antminer_shares_rejected_total'), 'rejected'),
          p.range('sum(rate(%s[$__rate_interval])) * 60' % q.miner('antminer_shares_stale_total'), 'stale'),
        ],
        decimals=1, fill=0,
      ),
      p.graph(
        'Rejected and stale work', 'Share of the submitted difficulty of an hour that was rejected or stale; dashed: the limit of the alert AntminerRejectRatioHigh.',
        8, 'percentunit',
        [
          p.range('sum(rate(%(r)s[1h])) / (sum(rate(%(a)s[1h])) + sum(rate(%(r)s[1h])) > 0)' % { r: q.miner('antminer_difficulty_rejected_total'), a: q.miner('antminer_difficulty_accepted_total') }, 'rejected'),
          p.range('sum(rate(%(r)s[1h])) / (sum(rate(%(a)s[1h])) + sum(rate(%(r)s[1h])) > 0)' % { r: q.miner('antminer_difficulty_stale_total'), a: q.miner('antminer_difficulty_accepted_total') }, 'stale'),
          p.range('max(%s)' % q.wide('antminer_threshold_share_reject_ratio'), 'limit'),
        ],
        decimals=2, fill=0,
      ) + p.limit('^limit$'),
      p.timeline(
        'Active pool', 'From which pool the miner took its work (antminer_pool_active). A change: the first pool failed.',
        8, style.active, [p.range('max by (miner, pool) (%s)' % q.of('antminer_pool_active'), '{{miner}} pool {{pool}}')], 'The miner tells of no pool',
      ),
    ],
  },
  {
    height: 3,
    panels: [
      p.stat('Best share', 'Highest share difficulty since the start of mining (antminer_best_share_difficulty).', 6, 'short', style.neutral, [p.instant('max(%s)' % q.of('antminer_best_share_difficulty'))], decimals=2),
      p.stat('Blocks found, 24 h', 'Blocks found in the last day (antminer_blocks_found_total). Zero is what to expect.', 6, 'none', style.neutral, [p.instant('sum(increase(%s[24h]))' % q.miner('antminer_blocks_found_total'))], decimals=0),
      p.stat('Pool switches, 24 h', 'Changes of the active pool that the exporter saw (antminer_pool_switches_total).', 6, 'none', style.steps('green', [[1, 'yellow'], [6, 'red']]), [p.instant('sum(increase(%s[24h]))' % q.miner('antminer_pool_switches_total'))], decimals=0),
      p.stat('Samples in the usual hashrate', 'Healthy samples behind Of usual, and how many it needs (antminer_hashrate_baseline_samples, antminer_threshold_baseline_samples). Fewer: the alert waits.', 6, 'none', style.neutral, [
        p.instant('min(%s)' % q.of('antminer_hashrate_baseline_samples'), 'now'),
        p.instant('max(%s)' % q.wide('antminer_threshold_baseline_samples'), 'needed'),
      ], decimals=0),
    ],
  },
];

local health = [
  {
    height: 7,
    panels: [
      p.timeline(
        'Self-assessment of the firmware', 'What the firmware says of its rate, network, fans and temperature (antminer_component_ok; only where its web page was read).',
        8, style.yes_no, [p.range('min by (miner, component) (%s)' % q.of('antminer_component_ok'), '{{miner}} {{component}}')], 'Not read: needs the web page of the firmware',
      ),
      p.graph(
        'Hardware errors', 'Hardware errors over all work of an hour; dashed: the limit of the alert AntminerHardwareErrorsHigh.',
        8, 'percentunit',
        [
          p.range('max by (miner) (%s)' % q.filter('(%s)' % q.hardware_errors_each('1h'), q.sha256), '{{miner}}'),
          p.range('max(%s)' % q.wide('antminer_threshold_hardware_error_ratio'), 'limit'),
        ],
        decimals=3, fill=0,
      ) + p.limit('^limit$'),
      p.graph(
        'Restarts per hour', 'Restarts of the mining process that the exporter saw; dashed: what counts as a loop (antminer_threshold_restarts).',
        8, 'none',
        [
          p.range('sum by (miner) (increase(%s[1h]))' % q.miner('antminer_restarts_total'), '{{miner}}', interval='5m'),
          p.range('max(%s)' % q.wide('antminer_threshold_restarts'), 'loop'),
        ],
        decimals=0,
      ) + p.limit('^loop$'),
    ],
  },
  {
    height: 7,
    panels: [
      p.graph(
        'Poll duration and failures', 'Wall time of the polls of this miner (antminer_scrape_duration_seconds), and polls that failed, per minute (right axis). Slow answers: the network or a busy control board.',
        12, 's',
        [
          p.range('max by (miner) (%s)' % q.of('antminer_scrape_duration_seconds'), '{{miner}}'),
          p.range('sum(rate(%s[$__rate_interval])) * 60' % q.miner('antminer_scrape_failures_total'), 'failed per minute'),
        ],
        fill=0,
      ) + p.second_axis('^failed', 'none'),
      p.timeline(
        'What the polls brought', 'Whether each part of a poll succeeded (antminer_collector_success).',
        12, style.yes_no, [p.range('min by (miner, collector) (%s)' % q.of('antminer_collector_success'), '{{miner}} {{collector}}')],
      ),
    ],
  },
];

d.new(
  'antminer-miner', 'Antminer / Miner', 'Why is this miner not fine?',
  [d.variables[name] for name in ['datasource', 'job', 'site', 'rack', 'model', 'some_miner']],
  [
    { title: 'Which miner', lines: [{ height: 5, panels: [identity] }] },
    { title: 'Now', lines: [{ height: 4, panels: now }, { height: 3, panels: more }] },
    { title: 'Hashrate', lines: hashrate },
    { title: 'Temperature and cooling', lines: heat },
    { title: 'Boards', collapsed: true, lines: boards + sensors },
    { title: 'Power', collapsed: true, lines: power },
    { title: 'Pools and shares', collapsed: true, lines: pools },
    { title: 'Health of the miner and its polls', collapsed: true, lines: health },
  ],
  annotations=[d.alerts_annotation(), d.restarts_annotation(true)],
)
