// Which board or chip is failing, and is it one board or a batch?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';
local key = 'job, instance, miner';
local board = 'job, instance, miner, board';

local chips_missing = '(%s - on (%s) (%s > 0))' % [q.of('antminer_board_chips_expected'), board, q.miner('antminer_board_chips')];
local of_expected = '(%s / on (%s) (%s > 0))' % [q.awake(q.of('antminer_board_hashrate_hashes_per_second')), board, q.miner('antminer_board_hashrate_expected_hashes_per_second')];
local of_limit = '(max without (sensor) (%s) / on (%s) group_left () %s)' % [q.of('antminer_chip_temperature_celsius'), key, q.miner('antminer_threshold_chip_temperature_celsius', 'severity="critical"')];
local chips_bad = '(%s - on (%s) %s + on (%s) %s)' % [q.of('antminer_board_chips_expected'), board, q.miner('antminer_board_chips'), board, q.miner('antminer_board_chips_failed')];
// The same by miner: sums first, so that a graph over thousands of boards stays quick.
local chips_of_miner(family) = 'sum by (%s) (%s)' % [key, q.miner(family)];
local chips_bad_of_miner = '%s - on (%s) %s + on (%s) %s' % [
  chips_of_miner('antminer_board_chips_expected'),
  key,
  chips_of_miner('antminer_board_chips'),
  key,
  chips_of_miner('antminer_board_chips_failed'),
];
local with_model(expr) = '%s * on (%s) group_left (model) %s' % [expr, key, q.info()];
local named = '{{miner}} / {{board}}';

local now = [
  p.stat('Boards', 'Boards that hash, of those the models have (antminer_board_up, antminer_boards_expected), over the miners that answer.', 4, 'none', style.neutral, [
    p.instant('sum(%s)' % q.of('antminer_board_up'), 'hash'),
    p.instant('sum(%s) / (sum(%s) > 0)' % [q.of('antminer_board_up'), q.of('antminer_boards_expected')], 'of expected'),
  ]) + p.by_name('of expected', { unit: 'percentunit', decimals: 1, thresholds: style.share_up }),
  p.stat('Boards missing', 'Boards that do not hash although their miner is awake.', 4, 'none', style.bad_count, [p.instant(q.sum_or_zero('(%s) > 0' % q.boards_missing_each))], 'background'),
  p.stat('Chips missing', 'Chips that boards should have but do not show (antminer_board_chips_expected less antminer_board_chips), on boards that show any.', 4, 'none', style.bad_count, [p.instant(q.sum_or_zero(chips_missing + ' > 0'))], 'background'),
  p.stat('Chips failed', 'Chips that the firmware marks as bad (antminer_board_chips_failed).', 4, 'none', style.bad_count, [p.instant(q.sum_or_zero(q.of('antminer_board_chips_failed')))], 'background'),
  p.stat('Hottest chip', 'Highest chip temperature, and the highest share of the critical limit of its miner.', 4, 'celsius', style.neutral, [
    p.instant('max(%s)' % q.hottest, 'now'),
    p.instant('max(%s)' % of_limit, 'of limit'),
  ], decimals=0) + p.by_name('of limit', { unit: 'percentunit', thresholds: style.of_limit }),
  p.trend_stat('Hardware errors per minute', 'Nonces of all boards that failed verification (antminer_board_hardware_errors_total).', 4, 'none', style.neutral, 'sum(rate(%s[$__rate_interval]) and on (%s) %s) * 60' % [q.miner('antminer_board_hardware_errors_total'), key, q.info()], decimals=0),
];

local worst = [
  p.bars('Board hashrate of expected, 10 lowest', 'Hashrate of the board over what it should deliver (antminer_board_hashrate_expected_hashes_per_second). Zero: the board is dead; one third: chains of chips are lost.', 6, 'percentunit', 0, 1, style.of_expected, [p.instant('bottomk(10, max by (miner, board) (%s))' % of_expected, named)], 0, 'No board tells what it should deliver') + p.links([p.to_series_miner]),
  p.bars('Chips missing or failed, 10 most', 'Chips of a board that are missing or marked bad.', 6, 'none', 0, 20, style.steps('green', [[1, 'yellow'], [5, 'red']]), [p.instant('topk(10, max by (miner, board) (%s))' % chips_bad, named)], 0, 'No chip counts') + p.links([p.to_series_miner]),
  p.bars('Hottest boards over limit, 10 hottest', 'Hottest chip sensor of a board over the critical limit of its miner.', 6, 'percentunit', 0, 1.1, style.of_limit, [p.instant('topk(10, max by (miner, board) (%s))' % of_limit, named)], 0, 'No chip temperature') + p.links([p.to_series_miner]),
  p.bars('Hardware errors, 10 highest', 'Hardware errors of a board over its work of the last hour (antminer_board_hardware_errors_total, antminer_board_hashrate_hashes_per_second; SHA-256 only). Far more than on its neighbours: the board is dying, or its clock is too high.', 6, 'percentunit', 0, 0.02, style.hardware_errors, [p.instant('topk(10, max by (miner, board) (%s))' % q.filter('rate(%s[1h]) / (%s / 2^32 > 0)' % [q.miner('antminer_board_hardware_errors_total'), q.miner('antminer_board_hashrate_hashes_per_second')], q.sha256), named)], 3, 'No count of errors') + p.links([p.to_series_miner]),
];

local trends = [
  {
    height: 8,
    panels: [
      p.graph('Boards and chips that are missing', 'Boards that do not hash, and chips missing or marked bad, over time. A step: something died; a slope: a batch wears out.', 8, 'none', [
        p.range('(sum((%s) > 0)) or vector(0)' % q.boards_missing_each, 'boards'),
        p.range('(sum(%s > 0)) or vector(0)' % q.filter('(%s)' % chips_bad_of_miner), 'chips'),
      ], decimals=0, fill=0) + p.coarse,
      p.graph('Chips missing by model', 'Chips missing or marked bad per thousand expected, by model. One model alone: a bad series of boards.', 8, 'none', [
        p.range('1000 * (sum by (model) (%s) / (sum by (model) (%s) > 0))' % [
          with_model('(%s)' % chips_bad_of_miner),
          with_model(chips_of_miner('antminer_board_chips_expected')),
        ], '{{model}}'),
      ], decimals=1, fill=0) + p.coarse,
      p.graph('Hardware errors by model', 'Hardware errors over all work, by model (antminer_hardware_errors_total, antminer_hashes_total); dashed: the limit of the alert AntminerHardwareErrorsHigh.', 8, 'percentunit', [
        p.range('sum by (model) (increase(%(e)s[1h]) * on (%(k)s) group_left (model) %(i)s) / (sum by (model) (increase(%(h)s[1h]) * on (%(k)s) group_left (model) %(i)s) / 2^32 > 0)' % { e: q.miner('antminer_hardware_errors_total'), h: q.miner('antminer_hashes_total'), k: key, i: q.info(q.sha256) }, '{{model}}'),
        p.range('max(%s)' % q.wide('antminer_threshold_hardware_error_ratio'), 'limit'),
      ], decimals=3, fill=0) + p.limit('^limit$') + p.coarse,
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Chip temperature by model', 'Hottest chip of each model.', 8, 'celsius', [p.range('max by (model) (%s * on (%s) group_left (model) %s)' % [q.miner('antminer_chip_temperature_max_celsius'), key, q.info()], '{{model}}')], min=20, fill=0) + p.coarse,
      p.graph('Chip over board temperature', 'Mean distance from board sensors to chip sensors, by model (antminer_chip_temperature_celsius, antminer_pcb_temperature_celsius). It grows when heat sinks come loose or paste dries.', 8, 'celsius', [p.range('avg by (model) ((avg by (%(k)s) (%(c)s) - on (%(k)s) avg by (%(k)s) (%(b)s)) * on (%(k)s) group_left (model) %(i)s)' % { k: key, c: q.miner('antminer_chip_temperature_celsius'), b: q.miner('antminer_pcb_temperature_celsius'), i: q.info() }, '{{model}}')], fill=0, decimals=1) + p.coarse,
      p.graph('Clock by model', 'Mean chip clock of the boards of each model (antminer_board_frequency_hertz).', 8, 'hertz', [p.range('avg by (model) (avg by (%s) (%s) * on (%s) group_left (model) %s)' % [key, q.miner('antminer_board_frequency_hertz'), key, q.info()], '{{model}}')], min=null, fill=0) + p.coarse,
    ],
  },
];

local unit = q.unit_column;
local table = [p.table(
  'Boards that need a look, 100 at most',
  'The hundred boards that are furthest below what they should deliver. Chips −: missing or marked bad. Open the miner for the rest.',
  24, 'unit',
  [
    { expr: 'bottomk(100, max by (unit, miner, board) (%s))' % q.unit(of_expected), name: 'Expected', index: 3, field: p.cell.gauge('percentunit', 0, 1, style.of_expected, 0, 150) },
    { expr: unit(q.of('antminer_board_up')), name: 'State', index: 2, field: p.cell.state(style.up_down, 90) },
    { expr: unit(q.of('antminer_board_chips')), name: 'Chips', index: 4, field: p.cell.number('none', 0) },
    { expr: unit(chips_bad), name: 'Chips −', index: 5, field: p.cell.colored('none', style.bad_count, 0) },
    { expr: unit(of_limit), name: 'Chip of limit', index: 6, field: p.cell.gauge('percentunit', 0, 1, style.of_limit, 0, 150) },
    { expr: unit(q.of('antminer_board_frequency_hertz')), name: 'Clock', index: 7, field: p.cell.number('hertz', 0) },
    { expr: unit(q.of('antminer_board_voltage_volts')), name: 'Voltage', index: 8, field: p.cell.number('volt', 2) },
    { expr: unit('increase(%s[1h])' % q.miner('antminer_board_hardware_errors_total')), name: 'HW errors, 1 h', index: 9, field: p.cell.number('locale', 0) },
    { expr: 'max by (unit, serial) (%s)' % q.unit(q.of('antminer_board_info')), name: 'Serial is there', hide: true },
  ],
  {
    Miner: { label: 'miner', index: 0, field: { links: [p.to_row_miner], 'custom.width': 120 } },
    Board: { label: 'board', index: 1, field: { 'custom.width': 70 } },
    Serial: { label: 'serial', index: 10 },
    'Unit ': { label: 'unit', index: 20, hide: true },
  },
  'Expected', false, 'No board tells what it should deliver', only_first=true,
)];

d.new(
  'antminer-boards', 'Antminer / Boards and chips', 'Which board or chip is failing, and is it one board or a batch?',
  d.fleet_variables,
  [
    { title: 'Now', lines: [{ height: 4, panels: now }] },
    { title: 'Worst first', lines: [{ height: 9, panels: worst }] },
    { title: 'Boards', lines: [{ height: 12, panels: table }] },
    { title: 'Trends', lines: trends },
  ],
  annotations=[d.alerts_annotation('critical'), d.restarts_annotation(false)],
)
