// What happened, in words: the exporter's event list through its JSON API. Needs the Infinity data
// source (plugin yesoreyeram-infinity-datasource), so it stands apart from the other dashboards.
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local style = import 'style.libsonnet';
local source = { type: 'yesoreyeram-infinity-datasource', uid: '${api}' };

local column(selector, text, type='string') = { selector: selector, text: text, type: type };
local read(path, columns) = [{
  refId: 'A',
  datasource: source,
  type: 'json',
  source: 'url',
  format: 'table',
  parser: 'backend',
  url: path,
  url_options: { method: 'GET', data: '' },
  root_selector: '',
  columns: columns,
  filters: [],
}];

local events = {
  type: 'table',
  title: 'Events',
  description: 'What the exporter saw happen, newest first (/api/events): miners found and lost, changes of state, pool, firmware and boards, restarts. Time and miner are chosen above.',
  width:: 24,
  datasource: source,
  targets: read(
    '/api/events?since=${__from:date:iso}&limit=500',
    [
      column('timestamp', 'Time', 'timestamp'),
      column('level', 'Level'),
      column('miner_ip', 'Miner'),
      column('kind', 'Kind'),
      column('message', 'What happened'),
    ],
  ),
  fieldConfig: {
    defaults: {
      color: { mode: 'thresholds' },
      thresholds: style.plain,
      mappings: style.dash,
      noValue: 'No event in this time',
      custom: { align: 'auto', cellOptions: { type: 'auto' }, filterable: true, inspect: false, minWidth: 60 },
    },
    overrides: [],
  },
  options: { cellHeight: 'sm', showHeader: true, sortBy: [{ displayName: 'Time', desc: true }] } + p.pages(true),
  transformations: [],
} + p.by_name('Time', { unit: 'dateTimeAsIso', 'custom.width': 180 })
  + p.by_name('Level', {
    'custom.width': 110,
    'custom.align': 'center',
    'custom.cellOptions': { type: 'color-background', mode: 'basic' },
    mappings: [{ type: 'value', options: {
      ERROR: { index: 0, text: 'ERROR', color: 'red' },
      WARNING: { index: 1, text: 'WARNING', color: 'yellow' },
      INFO: { index: 2, text: 'INFO', color: 'blue' },
    } }],
  })
  + p.by_name('Miner', {
    'custom.width': 140,
    links: [p.link('Open this miner', '/d/antminer-miner/antminer-miner?var-miner=${__value.raw}&${__url_time_range}')],
  })
  + p.by_name('Kind', { 'custom.width': 160 })
  + p.by_name('What happened', { 'custom.minWidth': 300 });

d.new(
  'antminer-events', 'Antminer / Events', 'What happened, in words?',
  [{
    name: 'api',
    label: 'JSON API',
    type: 'datasource',
    query: 'yesoreyeram-infinity-datasource',
    regex: '',
    refresh: 1,
    multi: false,
    includeAll: false,
    hide: 0,
    options: [],
    current: {},
    skipUrlSync: false,
  }],
  [{ title: 'Events', lines: [{ height: 20, panels: [events] }] }],
  time='now-24h', refresh='1m',
)
