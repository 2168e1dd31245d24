// PromQL that all dashboards share: selectors, the filter by site, rack and model, states, money.
// Site, rack and model stand only in antminer_miner_info, so a filter by them is a join; it is
// written here once.
{
  local q = self,
  local key = 'job, instance, miner',

  selector(metric, labels=''):: metric + '{job=~"$job"' + (if labels == '' then '' else ', ' + labels) + '}',

  // A family of the exporter itself: limits, market, tariff. With /probe its job is another one than that
  // of the miners, so it is joined by instance and not chosen by job.
  wide(metric, labels=''):: metric + (if labels == '' then '' else '{' + labels + '}'),

  // A family with a label miner, as the variable miner chooses it.
  miner(metric, labels='')::
    q.selector(metric, 'miner=~"$miner"' + (if labels == '' then '' else ', ' + labels)),

  info(labels='')::
    q.miner('antminer_miner_info', 'site=~"$site", rack=~"$rack", model=~"$model"' +
                                   (if labels == '' then '' else ', ' + labels)),
  sha256:: 'algorithm="sha256"',

  // The chosen miners of an expression that has the labels job, instance and miner.
  filter(expr, info_labels=''):: '(%s and on (%s) %s)' % [expr, key, q.info(info_labels)],

  // The chosen miners of a family; of_sha256 leaves other algorithms out, whose hashes do not add up.
  of(metric, labels=''):: q.filter(q.miner(metric, labels)),
  of_sha256(metric, labels=''):: q.filter(q.miner(metric, labels), q.sha256),

  // The same with labels of antminer_miner_info added.
  with(expr, labels, info_labels='')::
    '(%s * on (%s) group_left (%s) %s)' % [expr, key, labels, q.info(info_labels)],

  // One value a miner, for lists and tables.
  each(expr):: 'max by (miner) (%s)' % expr,

  // A column of a table. The row "-" keeps the column when no miner has a value; panels.table takes
  // that row out again. Cells without a value are then null, which sorts well; NaN does not.
  local placeholder(label) = ' or label_replace(vector(0), "%s", "-", "", "")' % label,
  column(expr):: q.each(expr) + placeholder('miner'),

  ratio(part, whole):: '(%s) / (%s > 0)' % [part, whole],

  count(expr):: 'count(%s) or vector(0)' % expr,
  sum_or_zero(expr):: 'sum(%s) or vector(0)' % expr,

  // Without miners that sleep on purpose.
  awake(expr):: '(%s unless on (%s) %s == 1)' % [expr, key, q.miner('antminer_state', 'state="sleeping"')],

  // Watts of a miner, reported or estimated.
  power:: 'sum without (source) (%s)' % q.of('antminer_power_watts'),
  power_sha256:: 'sum without (source) (%s)' % q.of_sha256('antminer_power_watts'),
  hottest:: q.of('antminer_chip_temperature_max_celsius'),
  hashrate:: q.of_sha256('antminer_hashrate_hashes_per_second'),

  // Joules per terahash over the miners that have both values.
  efficiency::
    'sum(%(p)s and on (%(k)s) %(h)s > 0) / (sum(%(h)s and on (%(k)s) %(p_raw)s) / 1e12 > 0)' % {
      p: q.power_sha256,
      p_raw: q.miner('antminer_power_watts'),
      h: q.hashrate,
      k: key,
    },
  efficiency_each:: '(%s) / on (%s) (%s > 0) * 1e12' % [q.power_sha256, key, q.hashrate],

  of_expected_each:: '(%s) / on (%s) (%s > 0)' % [
    q.awake(q.of('antminer_hashrate_hashes_per_second')),
    key,
    q.miner('antminer_hashrate_expected_hashes_per_second'),
  ],

  // Degrees left below the critical limit.
  headroom_each:: '%s - on (%s) %s' % [
    q.of('antminer_threshold_chip_temperature_celsius', 'severity="critical"'),
    key,
    q.miner('antminer_chip_temperature_max_celsius'),
  ],

  // Share of refused work; without work there is no ratio.
  reject_each(window)::
    'increase(%(r)s[%(w)s]) / (increase(%(a)s[%(w)s]) + increase(%(r)s[%(w)s]) > 0)' % {
      r: q.miner('antminer_difficulty_rejected_total'),
      a: q.miner('antminer_difficulty_accepted_total'),
      w: window,
    },
  reject_fleet(window, labels='')::
    'sum(increase(%(r)s[%(w)s]) and on (%(k)s) %(i)s) / (sum(increase(%(a)s[%(w)s]) and on (%(k)s) %(i)s) + sum(increase(%(r)s[%(w)s]) and on (%(k)s) %(i)s) > 0)' % {
      r: q.miner('antminer_difficulty_rejected_total'),
      a: q.miner('antminer_difficulty_accepted_total'),
      w: window,
      k: key,
      i: q.info(),
    },
  hardware_errors_each(window)::
    'increase(%(e)s[%(w)s]) / (increase(%(e)s[%(w)s]) + increase(%(h)s[%(w)s]) / 2^32 > 0)' % {
      e: q.miner('antminer_hardware_errors_total'),
      h: q.miner('antminer_hashes_total'),
      w: window,
    },

  // The state of each miner as one number, for timelines and coloured cells (see style.states).
  // chosen narrows the miners before the number is made, which is what costs.
  state_each(labels='miner', chosen='')::
    local codes = {
      hashing: 5,
      degraded: 4,
      starting: 3,
      idle: 2,
      sleeping: 1,
      api_down: 0,
      access_denied: 0,
      offline: 0,
      lost: 0,
    };
    'max by (%s) ((%s == 1%s) * on (state) group_left () (%s))' % [
      labels,
      q.miner('antminer_state'),
      if chosen == '' then '' else ' and ' + chosen,
      std.join(' or ', [
        'label_replace(vector(%d), "state", "%s", "", "")' % [codes[state], state]
        for state in std.objectFields(codes)
      ]),
    ],

  // Miners stopped on purpose (sleeping) are healthy.
  down:: '%s == 0' % q.of('antminer_up'),
  impaired:: '(%s == 1)' % q.of('antminer_state', 'state=~"degraded|starting|idle"'),

  // Fans that stand still or are not seen. A miner without fans (hydro) expects none.
  fans_stopped_each:: '%s - on (%s) (count by (%s) (%s > 0) or on (%s) %s * 0)' % [
    q.of('antminer_fans_expected'),
    key,
    key,
    q.miner('antminer_fan_rpm'),
    key,
    q.miner('antminer_fans_expected'),
  ],
  boards_missing_each:: '%s - on (%s) (count by (%s) (%s == 1) or on (%s) %s * 0)' % [
    q.awake(q.of('antminer_boards_expected')),
    key,
    key,
    q.miner('antminer_board_up'),
    key,
    q.miner('antminer_boards_expected'),
  ],

  // Boards: the key "unit" is miner and board in one, since a table joins by one label.
  unit(expr, part='board'):: 'label_join(%s, "unit", " / ", "miner", "%s")' % [expr, part],
  unit_column(expr, part='board'):: 'max by (unit) (%s)' % q.unit(expr, part) + placeholder('unit'),
  keyed_column(label, expr):: expr + placeholder(label),

  // The exporter's own families, as the variable instance chooses it.
  exporter(metric, labels='')::
    q.wide(metric, 'instance=~"$instance"' + (if labels == '' then '' else ', ' + labels)),

  alerts(labels=''):: 'ALERTS{alertname=~"Antminer.*", alertname!="AntminerWatchdog", miner=~"$miner|"' +
                      (if labels == '' then '' else ', ' + labels) + '}',
  firing(labels='')::
    q.alerts('alertstate="firing"' + (if labels == '' then '' else ', ' + labels)),

  // Money. Prices come from the exporter (one set an exporter), or from the text boxes of the
  // profitability dashboard, which are empty or a number: "0 ++ 0" is 0, "0 +0.08+ 0" is 0.08.
  money:: {
    local override(live, variable) = '(%s * 0 + (0 +$%s+ 0) > 0 or %s)' % [live, variable, live],
    price:: override(q.wide('antminer_market_bitcoin_price', 'currency=~"$currency"'), 'price'),
    tariff:: override(
      q.wide('antminer_electricity_price_per_kilowatt_hour', 'currency=~"$currency"'), 'tariff'
    ),
    // Money for one hash per second during a day.
    per_hashrate:: '(%(price)s * on (instance) group_left () (86400 / (%(difficulty)s * 2^32) * on (instance) (%(subsidy)s + on (instance) %(fees)s) * on (instance) (1 - %(fee)s)))' % {
      price: q.money.price,
      difficulty: q.wide('antminer_market_network_difficulty'),
      subsidy: q.wide('antminer_market_block_subsidy_bitcoins'),
      // Fees that are not known count as none, as in the recording rules.
      fees: '(%s or on (instance) 0 * %s)' % [
        q.wide('antminer_market_block_fees_bitcoins'),
        q.wide('antminer_market_block_subsidy_bitcoins'),
      ],
      fee: q.wide('antminer_pool_fee_ratio'),
    },
    // What each miner of an expression in watts pays: its own price, else that of its site, else the
    // tariff of all. A tariff in the text box stands for all of them.
    local live(expr) = '(%s unless on () vector(0 +$tariff+ 0) > 0)' % expr,
    local own = live('%s + on (instance) group_left (currency) 0 * %s' % [
      q.miner('antminer_miner_electricity_price_per_kilowatt_hour'),
      q.wide('antminer_electricity_price_per_kilowatt_hour', 'currency=~"$currency"'),
    ]),
    local of_site = live('max by (%s, currency) (%s * on (instance, site) group_left (currency) %s)' % [
      key,
      q.info(),
      q.wide('antminer_site_electricity_price_per_kilowatt_hour', 'currency=~"$currency"'),
    ]),
    local price_each(power) =
      '(%(own)s or on (%(k)s) %(site)s or on (%(k)s) (0 * %(p)s + on (instance) group_left (currency) %(all)s))' % {
        p: power,
        k: key,
        own: own,
        site: of_site,
        all: q.money.tariff,
      },
    local cost_of(power) =
      '((%s) * 0.024 * on (%s) group_left (currency) %s)' % [power, key, price_each(power)],
    // Miners that count: revenue, electricity and profit are over the same ones, so that they add up.
    counted_hashrate:: '(%s and on (%s) %s)' % [q.hashrate, key, q.miner('antminer_power_watts')],
    counted_power:: '(%s and on (%s) %s)' % [q.power_sha256, key, q.miner('antminer_hashrate_hashes_per_second')],
    left_out:: '(count(%(i)s) or vector(0)) - (count(%(c)s) or vector(0))' % {
      i: q.info(q.sha256),
      c: q.money.counted_power,
    },
    revenue_each:: '(%s) * on (instance) group_left (currency) %s' % [q.hashrate, self.per_hashrate],
    cost_each:: cost_of(q.power_sha256),
    profit_each:: '(%s) - on (job, instance, miner, currency) (%s)' % [self.revenue_each, self.cost_each],
    // Sums first, then prices: one multiplication an exporter instead of one a miner.
    revenue:: 'sum by (currency) (sum by (instance) (%s) * on (instance) group_right () %s)' % [self.counted_hashrate, self.per_hashrate],
    cost:: 'sum by (currency) (%s)' % cost_of(self.counted_power),
    profit:: 'sum by (currency) (%s)' % self.profit_each,
    per_hashrate_mean:: 'avg by (currency) (%s)' % self.per_hashrate,
    // What a kilowatt hour costs the counted miners in the mean.
    tariff_mean:: '(%s) / on () group_left () (sum(%s) * 0.024 > 0)' % [self.cost, self.counted_power],
    local series(metric) = '%s{job=~"$job", miner=~"$miner", currency=~"$currency"}' % metric,
    recorded(metric):: q.filter(series(metric)),
    // Only of miners whose profit is known, so that the three add up over time, too.
    recorded_counted(metric)::
      q.filter('%s and on (%s, currency) %s' % [series(metric), key, series('miner:antminer_profit_per_day:current')]),
  },
}
