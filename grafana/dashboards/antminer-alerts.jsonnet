// What fires, since when, and what fires again and again?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';

local count(severity, title, steps) = p.stat(
  title, 'Alerts of severity ' + severity + ' that fire now (ALERTS). Critical: act now; warning: today; info: when there is time.',
  4, 'none', steps, [p.instant(q.count(q.firing('severity="%s"' % severity)))], 'background',
);

local now = [
  count('critical', 'Critical', style.bad_count),
  count('warning', 'Warning', style.warning_count),
  count('info', 'Info', style.steps('green', [[1, 'blue']])),
  p.stat('Pending', 'Alerts whose condition holds, but not yet for long enough to fire.', 4, 'none', style.neutral, [p.instant(q.count(q.alerts('alertstate="pending"')))]),
  p.stat('Miners with an alert', 'Miners for which at least one critical or warning alert fires.', 4, 'none', style.warning_count, [p.instant(q.count('count by (miner) (%s)' % q.firing('severity=~"critical|warning", miner!=""')))]),
  p.stat('Watchdog', 'The alert that always fires (AntminerWatchdog) while Prometheus evaluates the rules of this bundle. MISSING: no rules are loaded, so nothing can fire.', 4, 'none', style.steps('red', [[1, 'green']]), [p.instant('count(ALERTS{alertname="AntminerWatchdog", alertstate="firing"}) > bool 0 or vector(0)')]) +
  p.defaults({ mappings: [{ type: 'value', options: { '0': { index: 0, text: 'MISSING', color: 'red' }, '1': { index: 1, text: 'RULES RUN', color: 'green' } } }] }),
];

local since = '(time() - ALERTS_FOR_STATE{alertname=~"Antminer.*", alertname!="AntminerWatchdog", miner=~"$miner|"})';
local list = p.table(
  'Firing now',
  'Every alert that fires: since when its condition holds (ALERTS_FOR_STATE), for which miner. Click the miner. What to do stands in the runbook of the alert, which the mail links to.',
  24, 'id',
  [{
    expr: 'sort_desc(max by (alertname, severity, category, miner, model, site, rack, instance) (%s * ignoring (alertstate) group_right () %s))' % [since, q.firing()],
    name: 'Since',
    index: 2,
    field: p.cell.number('dtdurations', 0, 130),
  }],
  {
    Severity: { label: 'severity', index: 0, field: p.cell.state(style.severity, 100) },
    Alert: { label: 'alertname', index: 1, field: { 'custom.minWidth': 260 } },
    Miner: { label: 'miner', index: 3, field: { links: [p.to_row_miner], 'custom.width': 130 } },
    Model: { label: 'model', index: 4, field: { mappings: style.short_model } },
    Site: { label: 'site', index: 5 },
    Rack: { label: 'rack', index: 6 },
    Category: { label: 'category', index: 7 },
    Exporter: { label: 'instance', index: 8 },
  },
  'Severity', false, 'No alert fires',
);

local course = [
  {
    height: 8,
    panels: [
      p.graph('Firing alerts by severity', 'How many alerts fired over time.', 8, 'none', [p.range('count by (severity) (%s)' % q.firing(), '{{severity}}')], decimals=0, stack=true, no_value='No alert fired')
      + p.override('byRegexp', '/^critical$/', p.fixed('red')) + p.override('byRegexp', '/^warning$/', p.fixed('yellow')),
      p.graph('Firing alerts by name', 'How many miners each alert fired for over time.', 8, 'none', [p.range('count by (alertname) (%s)' % q.firing(), '{{alertname}}')], decimals=0, stack=true, no_value='No alert fired'),
      p.graph('Firing alerts by site', 'How many alerts fired at each site. Many at one site at once: power, cooling or network of the site.', 8, 'none', [p.range('count by (site) (%s)' % q.firing(), 'site {{site}}')], decimals=0, stack=true, no_value='No alert fired'),
    ],
  },
  {
    height: 10,
    panels: [
      p.history('When each alert fired', 'Number of firings of each alert over time. Red: many at once.', 16, 'none', style.steps('yellow', [[5, 'orange'], [20, 'red']]), [p.range('count by (alertname) (%s)' % q.firing(), '{{alertname}}')], no_value='No alert fired'),
      p.bars('Miners with most alert hours, 10 most', 'Hours that critical and warning alerts fired for a miner in the time range, added up. The miners that cost most attention.', 8, 'h', 0, null, style.neutral, [p.instant('topk(10, sum by (miner) (count_over_time((%s)[$__range:5m])) / 12)' % q.firing('severity=~"critical|warning", miner!=""'), '{{miner}}')], 1, 'No alert fired') + p.links([p.to_series_miner]),
    ],
  },
];

d.new(
  'antminer-alerts', 'Antminer / Alerts', 'What fires, since when, and what fires again and again?',
  d.fleet_variables,
  [
    { title: 'Now', lines: [{ height: 4, panels: now }, { height: 11, panels: [list] }] },
    { title: 'Course', lines: course },
  ],
  time='now-24h',
)
