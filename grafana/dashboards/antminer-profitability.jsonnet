// Does it pay, and which miner does not?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';
local m = q.money;
local key = 'job, instance, miner';
local usual = 'At the present hashrate, over the miners whose hashrate and power are known (Losing miners says how many are not); price and tariff are live, or what the text boxes say.';

local now = [
  p.stat('Revenue per day', 'Hashrate × 86400 ÷ (difficulty × 2^32) × (subsidy + fees) × (1 − pool fee) × price. ' + usual + ' A dash: no market data, see Age of the market data.', 4, 'none', style.neutral, [p.instant(m.revenue, '{{currency}}')], decimals=2) + p.money_units,
  p.stat('Electricity per day', 'Power × 24 h × what the miner pays: its own price, that of its site, or the tariff of all (antminer_power_watts, antminer_electricity_price_per_kilowatt_hour and those of site and miner). ' + usual, 4, 'none', style.neutral, [p.instant(m.cost, '{{currency}}')], decimals=2) + p.money_units,
  p.stat('Profit per day', 'Revenue less electricity. ' + usual + ' Hardware, rent and people are not in it.', 4, 'none', style.money, [p.instant(m.profit, '{{currency}}')], 'background', decimals=2) + p.money_units,
  p.gauge('Margin', 'Profit over revenue. Below zero the fleet costs more electricity than it earns.', 4, 'percentunit', -1, 1, style.steps('red', [[0, 'yellow'], [0.2, 'green']]), [p.instant('(%s) / ((%s) > 0)' % [m.profit, m.revenue])], 0),
  p.stat('Losing miners', 'Miners whose electricity costs more than they earn now; listed below, the worst first. Left out: SHA-256 miners whose power or hashrate is not known (no power told, or no answer), which are in none of the sums here.', 4, 'none', style.bad_count, [
    p.instant(q.count('(%s) < 0' % m.profit_each), 'losing'),
    p.instant(m.left_out, 'left out'),
  ], decimals=0) + p.by_name('left out', { thresholds: style.warning_count }),
  p.stat('Age of the market data', 'Time since the last good answer of each source (antminer_market_last_success_timestamp_seconds), oldest first, over the limit antminer_threshold_market_age_seconds. Above 100 % the figures here are old. A dash: market data is switched off or never came.', 4, 's', style.neutral, [
    p.instant('max(time() - %s)' % q.wide('antminer_market_last_success_timestamp_seconds'), 'oldest'),
    p.instant('max(time() - %s) / max(%s)' % [q.wide('antminer_market_last_success_timestamp_seconds'), q.wide('antminer_threshold_market_age_seconds')], 'of limit'),
  ], decimals=0) + p.by_name('of limit', { unit: 'percentunit', thresholds: style.of_limit }),
];

local bounds = [
  p.stat('Break-even tariff', 'The price of a kilowatt hour at which profit is zero, and what the miners pay in the mean.', 6, 'suffix:per kWh', style.neutral, [p.instant('(%s) / on () group_left () (sum(%s) * 0.024 > 0)' % [m.revenue, m.counted_power], 'break-even'), p.instant(m.tariff_mean, 'paid now')], decimals=4),
  p.stat('Hash price', 'What one PH/s earns in a day, after the pool fee.', 6, 'suffix:per PH/s and day', style.neutral, [p.instant('(%s) * 1e15' % m.per_hashrate_mean, '{{currency}}')], decimals=2),
  p.stat('Break-even efficiency', 'The joules per terahash at which a miner earns just what it uses, and what the fleet has. Miners above the first value lose money.', 6, 'suffix:J/TH', style.neutral, [
    p.instant('(%s) * 1e12 / on (currency) (0.024 * (%s) > 0)' % [m.per_hashrate_mean, m.tariff_mean], 'break-even'),
    p.instant(q.efficiency, 'fleet'),
  ], decimals=1),
  p.stat('Mined in the range', 'Bitcoin that the revenue of the range stands for, estimated (recorded revenue ÷ price, hour by hour). What a pool pays differs with its luck and scheme.', 6, 'suffix:BTC', style.neutral, [p.instant('sum(sum_over_time((sum by (instance, currency) (%s) / on (instance, currency) %s)[$__range:1h])) / 24' % [m.recorded('miner:antminer_revenue_per_day:current'), q.wide('antminer_market_bitcoin_price', 'currency=~"$currency"')])], decimals=6),
];

local history = [
  {
    height: 9,
    panels: [
      p.graph(
        'Revenue, electricity and profit per day',
        'The recorded rates over time (recording rules miner:antminer_revenue_per_day:current and its like): live prices only, the text boxes do not change the past. Miners whose profit is not known are in none of the three.',
        16, 'none',
        [
          p.range('sum by (currency) (%s)' % m.recorded_counted('miner:antminer_revenue_per_day:current'), 'revenue {{currency}}'),
          p.range('sum by (currency) (%s)' % m.recorded_counted('miner:antminer_electricity_cost_per_day:current'), 'electricity {{currency}}'),
          p.range('sum by (currency) (%s)' % m.recorded('miner:antminer_profit_per_day:current'), 'profit {{currency}}'),
        ],
        min=null, decimals=2, calcs=['lastNotNull', 'mean', 'min', 'max'],
      ) + p.money_units + p.override('byRegexp', '/^revenue/', p.fixed('green')) + p.override('byRegexp', '/^electricity/', p.fixed('orange')) + p.override('byRegexp', '/^profit/', p.fixed('blue') + { 'custom.lineWidth': 2 }),
      p.graph(
        'Energy per hour', 'Energy of each hour (antminer_energy_joules_total, which survives restarts of the exporter).',
        8, 'kwatth', [p.range('sum(increase(%s[1h]) and on (%s) %s) / 3.6e6' % [q.miner('antminer_energy_joules_total'), key, q.info()], 'energy', interval='1h')],
        calcs=['sum', 'mean'],
      ) + p.columns_of_time,
    ],
  },
  {
    height: 4,
    panels: [
      p.stat('Profit of the range', 'Recorded profit, summed hour by hour over the time range.', 6, 'none', style.money, [p.instant('sum_over_time((sum by (currency) (%s))[$__range:1h]) / 24' % m.recorded('miner:antminer_profit_per_day:current'), '{{currency}}')], decimals=2) + p.money_units,
      p.stat('Revenue of the range', 'Recorded revenue, summed hour by hour over the time range.', 6, 'none', style.neutral, [p.instant('sum_over_time((sum by (currency) (%s))[$__range:1h]) / 24' % m.recorded_counted('miner:antminer_revenue_per_day:current'), '{{currency}}')], decimals=2) + p.money_units,
      p.stat('Electricity of the range', 'Recorded electricity cost, summed hour by hour over the time range.', 6, 'none', style.neutral, [p.instant('sum_over_time((sum by (currency) (%s))[$__range:1h]) / 24' % m.recorded_counted('miner:antminer_electricity_cost_per_day:current'), '{{currency}}')], decimals=2) + p.money_units,
      p.stat('Energy of the range', 'Energy counted over the time range (antminer_energy_joules_total).', 6, 'kwatth', style.neutral, [p.instant('sum(increase(%s[$__range]) and on (%s) %s) / 3.6e6' % [q.miner('antminer_energy_joules_total'), key, q.info()])], decimals=1),
    ],
  },
];

local column = q.column;
local miners = [
  p.table(
    'Profit per miner and day, in $currency',
    'Every SHA-256 miner whose hashrate and power are known, the worst first; those left out are counted above. KEEP: a margin of 20 % or more; WATCH: less; STOP: it costs more electricity than it earns. Break-even: the price of a kilowatt hour at which it earns nothing. A dash: no hashrate now, or no market data.',
    17, 'miner',
    [
      { expr: 'max by (miner, model, site) (%(i)s and on (%(k)s) %(p)s and on (%(k)s) %(h)s)' % { i: q.info(q.sha256), k: key, p: q.miner('antminer_power_watts'), h: q.miner('antminer_hashrate_hashes_per_second') }, name: 'Info', hide: true },
      { expr: column('(((%(p)s) > bool 0) + ((%(p)s) / on (%(k)s, currency) (%(r)s) > bool 0.2))' % { p: m.profit_each, r: m.revenue_each, k: key }), name: 'Verdict', index: 1, field: p.cell.state(style.verdict, 90) },
      { expr: column('(%s)' % m.profit_each), name: 'Profit', index: 4, field: p.cell.colored('none', style.money, 2, 90) },
      { expr: column('(%s)' % m.revenue_each), name: 'Revenue', index: 5, field: p.cell.number('none', 2, 90) },
      { expr: column('(%s)' % m.cost_each), name: 'Electricity', index: 6, field: p.cell.number('none', 2, 90) },
      { expr: column('(%s)' % q.efficiency_each), name: 'J/TH', index: 7, field: p.cell.number('none', 1, 70) },
      { expr: column('((%s) / on (%s) group_left () ((%s) * 0.024 > 0))' % [m.revenue_each, key, q.power_sha256]), name: 'Break-even', index: 8, field: p.cell.number('none', 4, 100) },
      { expr: 'sum by (miner) (%s)' % m.recorded('miner:antminer_profit_per_day:current'), course: true, name: 'Profit, course', index: 9, field: p.cell.course('none', 200) + { decimals: 2 } },
    ],
    {
      Miner: { label: 'miner', index: 0, field: { links: [p.to_row_miner], 'custom.width': 110 } },
      Model: { label: 'model', index: 2, field: { mappings: style.short_model, 'custom.width': 110 } },
      Site: { label: 'site', index: 3 },
    },
    'Profit', false, 'No SHA-256 miner whose hashrate and power are known', only_first=true,
  ),
  p.bars(
    'Profit per day, 10 lowest, in $currency', 'The ten miners that earn least. Below zero: stop them, or make the kilowatt hour cheaper.',
    7, 'none', -5, 10, style.money, [p.instant('bottomk(10, %s)' % q.each(m.profit_each), '{{miner}}')], 2, 'No market data, or no power known',
  ) + p.links([p.to_series_miner]),
];

local groups = [
  p.bars('Profit per day by model, in $currency', 'Sum over the miners of a model (antminer_miner_info).', 6, 'none', -50, 500, style.money, [p.instant('sort_desc(sum by (model) ((%s) * on (%s) group_left (model) %s))' % [m.profit_each, key, q.info()], '{{model}}')], 2, 'No market data, or no power known'),
  p.bars('Profit per day by site, in $currency', 'Sum over the miners of a site (setting of the inventory).', 6, 'none', -50, 500, style.money, [p.instant('sort_desc(sum by (site) ((%s) * on (%s) group_left (site) %s))' % [m.profit_each, key, q.info()], 'site {{site}}')], 2, 'No market data, or no power known'),
  p.bars('Efficiency by model', 'Joules per terahash of each model, over the miners that have both values; the least efficient first.', 6, 'suffix:J/TH', 0, 60, style.neutral, [p.instant('sort_desc(sum by (model) ((%(p)s) * on (%(k)s) group_left (model) %(i)s) / (sum by (model) ((%(h)s and on (%(k)s) %(raw)s) * on (%(k)s) group_left (model) %(i)s) / 1e12 > 0))' % { p: q.power_sha256, h: q.hashrate, raw: q.miner('antminer_power_watts'), k: key, i: q.info() }, '{{model}}')], 1, 'No power known'),
  p.bars('Efficiency by site', 'Joules per terahash of each site, over the miners that have both values.', 6, 'suffix:J/TH', 0, 60, style.neutral, [p.instant('sort_desc(sum by (site) ((%(p)s) * on (%(k)s) group_left (site) %(i)s) / (sum by (site) ((%(h)s and on (%(k)s) %(raw)s) * on (%(k)s) group_left (site) %(i)s) / 1e12 > 0))' % { p: q.power_sha256, h: q.hashrate, raw: q.miner('antminer_power_watts'), k: key, i: q.info() }, 'site {{site}}')], 1, 'No power known'),
];

local market = [
  {
    height: 8,
    panels: [
      p.graph('Price of a bitcoin', 'antminer_market_bitcoin_price in the chosen currency.', 8, 'none', [p.range('max by (currency) (%s)' % q.wide('antminer_market_bitcoin_price', 'currency=~"$currency"'), '{{currency}}')], min=null, decimals=0) + p.money_units,
      p.graph('Network difficulty', 'antminer_market_network_difficulty. It moves every 2016 blocks, about two weeks; twice the difficulty is half the revenue.', 8, 'short', [p.range('max(%s)' % q.wide('antminer_market_network_difficulty'), 'difficulty')], min=null, decimals=2) + p.step_line,
      p.graph('Tariff', 'Price of a kilowatt hour in force (antminer_electricity_price_per_kilowatt_hour), and of the sites that have one of their own (antminer_site_electricity_price_per_kilowatt_hour).', 8, 'suffix:per kWh', [
        p.range('max by (currency) (%s)' % q.wide('antminer_electricity_price_per_kilowatt_hour', 'currency=~"$currency"'), '{{currency}}'),
        p.range('topk(10, max by (currency, site) (%s))' % q.wide('antminer_site_electricity_price_per_kilowatt_hour', 'currency=~"$currency"'), '{{site}} {{currency}}'),
      ], decimals=4) + p.step_line,
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Reward of a block', 'Subsidy and mean fees of a block (antminer_market_block_subsidy_bitcoins, antminer_market_block_fees_bitcoins).', 8, 'suffix:BTC', [
        p.range('max(%s)' % q.wide('antminer_market_block_subsidy_bitcoins'), 'subsidy'),
        p.range('max(%s)' % q.wide('antminer_market_block_fees_bitcoins'), 'fees'),
      ], decimals=3, stack=true),
      p.table('Sources of market data', 'Age of the last good answer of each source (antminer_market_last_success_timestamp_seconds).', 6, 'source', [
        { expr: 'max by (source) (time() - %s)' % q.wide('antminer_market_last_success_timestamp_seconds'), name: 'Age', index: 1, field: p.cell.colored('s', style.steps('green', [[3600, 'red']]), 0) },
      ], { Source: { label: 'source', index: 0 } }, no_value='No market data: PROFITABILITY_ENABLED is off, or no source answered', page=false),
      p.text('How it is computed', 'The formulas and what they leave out.', 10, |||
        - **Revenue per day** = hashrate × 86400 ÷ (difficulty × 2³²) × (subsidy + fees) × (1 − pool fee) × price
        - **Electricity per day** = power ÷ 1000 × 24 × tariff (of the miner, else of its site, else of all)
        - **Profit** = revenue − electricity; all three over the miners whose hashrate and power are known
        - **Break-even tariff** = revenue ÷ (power ÷ 1000 × 24)

        Example: 95 TH/s at difficulty 126 × 10¹², reward 3.125, price 100 000 and fee 2 % earn 4.64 a day; 3250 W at 0.10 cost 7.80.

        *Price* and *Tariff* above are what-if boxes: empty means live. They change the figures of now, not the history. Luck, hardware, cooling and rent are left out; other algorithms than SHA-256, too.
      |||),
    ],
  },
];

d.new(
  'antminer-profitability', 'Antminer / Profitability', 'Does it pay, and which miner does not?',
  d.fleet_variables + [
    d.query_variable('currency', 'Currency', 'label_values({__name__=~"antminer_market_bitcoin_price|antminer_electricity_price_per_kilowatt_hour"}, currency)', null, multi=false),
    d.text_variable('price', 'Price of a bitcoin', 'What if? Empty: the live price'),
    d.text_variable('tariff', 'Tariff per kWh', 'What if? Empty: the tariff in force'),
  ],
  [
    { title: 'Now', lines: [{ height: 4, panels: now }, { height: 4, panels: bounds }] },
    { title: 'By miner', lines: [{ height: 12, panels: miners }] },
    { title: 'History', lines: history },
    { title: 'By model and site', collapsed: true, lines: [{ height: 8, panels: groups }] },
    { title: 'Market', collapsed: true, lines: market },
  ],
  time='now-7d', refresh='5m',
)
