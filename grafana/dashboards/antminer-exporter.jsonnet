// Is the monitoring itself fine?
local d = import 'dashboard.libsonnet';
local p = import 'panels.libsonnet';
local q = import 'promql.libsonnet';
local style = import 'style.libsonnet';
local x = q.exporter;
local hidden(expr) = q.count('(%s) == 0' % expr);

local now = [
  p.table('Exporters', 'Each exporter with its build (antminer_exporter_build_info), whether one full round of polls is done, and whether its last reload was good.', 12, 'instance', [
    { expr: 'max by (instance, version, revision, build_date) (%s)' % x('antminer_exporter_build_info'), name: 'Build', hide: true },
    { expr: 'max by (instance) (%s)' % x('up'), name: 'Scrape', index: 1, field: p.cell.state(style.up_down, 70) },
    { expr: 'max by (instance) (%s)' % x('antminer_exporter_ready'), name: 'Ready', index: 2, field: p.cell.state(style.yes_no, 70) },
    { expr: 'max by (instance) (%s)' % x('antminer_exporter_config_last_reload_successful'), name: 'Settings', index: 3, field: p.cell.state(style.yes_no, 75) },
    { expr: 'max by (instance) (%s) * 1000' % x('antminer_exporter_config_last_reload_success_timestamp_seconds'), name: 'Loaded', index: 4, field: p.cell.number('dateTimeFromNow', null, 100) },
    { expr: 'max by (instance) (time() - %s)' % x('process_start_time_seconds'), name: 'Uptime', index: 5, field: p.cell.number('dtdurations', 0, 75) },
  ], {
    Exporter: { label: 'instance', index: 0, field: { 'custom.minWidth': 130 } },
    Version: { label: 'version', index: 6, field: { 'custom.width': 75 } },
    Revision: { label: 'revision', hide: true },
    Built: { label: 'build_date', index: 8, field: { 'custom.width': 100 } },
  }, no_value='No exporter is scraped', page=false),
  p.gauge('Poll cycle of interval', 'Duration of the last round of polls over the poll interval (antminer_exporter_poll_cycle_duration_seconds, antminer_exporter_poll_interval_seconds). At 100 % rounds are skipped: raise POLL_INTERVAL or the number of connections.', 4, 'percentunit', 0, 1, style.steps('green', [[0.7, 'yellow'], [0.95, 'red']]), [p.instant('max(%s / %s)' % [x('antminer_exporter_poll_cycle_duration_seconds'), x('antminer_exporter_poll_interval_seconds')])], 0),
  p.stat('Last poll cycle', 'Time since the last round of polls ended (antminer_exporter_last_poll_cycle_timestamp_seconds), in seconds and in intervals. Five intervals: the alert AntminerPollingStalled fires.', 4, 's', style.neutral, [
    p.instant('max(time() - %s)' % x('antminer_exporter_last_poll_cycle_timestamp_seconds'), 'ago'),
    p.instant('max((time() - %s) / %s)' % [x('antminer_exporter_last_poll_cycle_timestamp_seconds'), x('antminer_exporter_poll_interval_seconds')], 'intervals'),
  ], decimals=0) + p.by_name('intervals', { unit: 'none', decimals: 1, thresholds: style.steps('green', [[2.5, 'yellow'], [5, 'red']]) }),
  p.stat('Miners of the limit', 'Known miners and the most that the exporter takes (antminer_discovery_miners, antminer_exporter_miners_limit).', 4, 'none', style.neutral, [
    p.instant('sum(%s)' % x('antminer_discovery_miners'), 'known'),
    p.instant('max(sum by (job, instance) (%s) / %s)' % [x('antminer_discovery_miners'), x('antminer_exporter_miners_limit')], 'of limit'),
  ]) + p.by_name('of limit', { unit: 'percentunit', decimals: 1, thresholds: style.of_limit }),
];

local verdicts = [
  p.stat('Cycles skipped, 1 h', 'Rounds of polls that were left out because the one before still ran (antminer_exporter_poll_cycles_skipped_total).', 4, 'none', style.warning_count, [p.instant('(sum(increase(%s[1h]))) or vector(0)' % x('antminer_exporter_poll_cycles_skipped_total'))], decimals=0),
  p.stat('Failed polls, 15 min', 'Polls that failed over polls made (antminer_scrape_failures_total, antminer_scrapes_total).', 4, 'percentunit', style.steps('green', [[0.05, 'yellow'], [0.2, 'red']]), [p.instant('sum(increase(%s[15m])) / (sum(increase(%s[15m])) > 0)' % [x('antminer_scrape_failures_total'), x('antminer_scrapes_total')])], decimals=1),
  p.stat('Series dropped, 15 min', 'Series that were not exported because of a limit (antminer_exporter_series_dropped_total). Any: raise the limit that is named below.', 4, 'none', style.bad_count, [p.instant('(sum(increase(%s[15m]))) or vector(0)' % x('antminer_exporter_series_dropped_total'))], decimals=0),
  p.stat('Databases that fail', 'Exporters whose database does not take what is written (antminer_exporter_database_up). Values are still served, history is lost after a while.', 4, 'none', style.bad_count, [p.instant(hidden(x('antminer_exporter_database_up')))]),
  p.stat('Scrape duration', 'How long Prometheus needs to fetch the metrics (scrape_duration_seconds).', 4, 's', style.steps('green', [[1, 'yellow'], [5, 'red']]), [p.instant('max(%s)' % x('scrape_duration_seconds'))], decimals=2),
  p.stat('Memory', 'Resident memory (process_resident_memory_bytes).', 4, 'bytes', style.neutral, [p.instant('sum(%s)' % x('process_resident_memory_bytes'))], decimals=1),
];

local polling = [
  {
    height: 8,
    panels: [
      p.heatmap('Duration of polls', 'How many polls took how long (antminer_exporter_poll_duration_seconds). A band that climbs: the network or the miners get slow.', 12, 's', p.range('sum by (le) (increase(%s[$__rate_interval]))' % x('antminer_exporter_poll_duration_seconds_bucket'), '{{le}}')),
      p.graph('Poll errors by reason', 'Failed polls per minute (antminer_exporter_poll_errors_total). refused: no listener; timeout: the address is silent; auth: the api-allow list of the miner.', 12, 'none', [p.range('sum by (reason) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_poll_errors_total'), '{{reason}}')], stack=true, decimals=2, legend='right'),
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Poll cycle', 'Duration of the rounds of polls, and the interval (dashed) that they must stay below.', 8, 's', [
        p.range('max by (instance) (%s)' % x('antminer_exporter_poll_cycle_duration_seconds'), '{{instance}}'),
        p.range('min(%s)' % x('antminer_exporter_poll_interval_seconds'), 'interval'),
      ], fill=0) + p.limit('^interval$'),
      p.graph('Polls', 'Polls in flight now (antminer_exporter_polls_in_flight), and polls and rounds per minute (right axis).', 8, 'none', [
        p.range('sum(%s)' % x('antminer_exporter_polls_in_flight'), 'in flight'),
        p.range('sum(rate(%s[$__rate_interval])) * 60' % x('antminer_scrapes_total'), 'polls per minute'),
        p.range('sum(rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_poll_cycles_total'), 'rounds per minute'),
      ], decimals=1, fill=0) + p.second_axis('per minute$', 'none'),
      p.graph('Replies that needed repair', 'Repaired replies per minute by kind of repair (antminer_exporter_parse_warnings_total). Usual with some firmware; a new kind after an update of firmware is worth a look.', 8, 'none', [p.range('sum by (kind) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_parse_warnings_total'), '{{kind}}')], decimals=2, stack=true),
    ],
  },
];

local discovery = [
  {
    height: 8,
    panels: [
      p.graph('Miners by source of discovery', 'Known miners by how they were found (antminer_discovery_miners).', 8, 'none', [p.range('sum by (source) (%s)' % x('antminer_discovery_miners'), '{{source}}')], stack=true, decimals=0),
      p.graph('Sweeps', 'Duration of the last sweep (antminer_discovery_sweep_duration_seconds), and addresses probed per second (right axis).', 8, 's', [
        p.range('max by (instance) (%s)' % x('antminer_discovery_sweep_duration_seconds'), '{{instance}}'),
        p.range('sum(rate(%s[$__rate_interval]))' % x('antminer_discovery_addresses_scanned_total'), 'addresses per second'),
      ], fill=0) + p.second_axis('per second$', 'none'),
      p.table('Sources of discovery', 'Age of the last good run of each source, and its failed runs of the last hour (antminer_discovery_last_success_timestamp_seconds, antminer_discovery_failures_total).', 8, 'source', [
        { expr: 'max by (source) (time() - %s)' % x('antminer_discovery_last_success_timestamp_seconds'), name: 'Last run', index: 1, field: p.cell.colored('s', style.steps('green', [[1800, 'yellow'], [3600, 'red']]), 0) },
        { expr: 'sum by (source) (increase(%s[1h]))' % x('antminer_discovery_failures_total'), name: 'Failed, 1 h', index: 2, field: p.cell.colored('none', style.warning_count, 0) },
      ], { Source: { label: 'source', index: 0 } }, no_value='No source has run', page=false),
    ],
  },
];

local serving = [
  {
    height: 8,
    panels: [
      p.graph('HTTP requests', 'Requests per minute by handler and code (antminer_exporter_http_requests_total).', 12, 'none', [p.range('sum by (handler, code) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_http_requests_total'), '{{handler}} {{code}}')], decimals=2, fill=0, legend='right'),
      p.graph('HTTP latency, 99th percentile', 'Time within which 99 of 100 requests were answered, by handler (antminer_exporter_http_request_duration_seconds).', 12, 's', [p.range('histogram_quantile(0.99, sum by (le, handler) (rate(%s[$__rate_interval])))' % x('antminer_exporter_http_request_duration_seconds_bucket'), '{{handler}}')], decimals=3, fill=0, legend='right'),
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Size of the database', 'Bytes of the database and its log (antminer_exporter_database_size_bytes), and what is expected in a year (dashed).', 8, 'bytes', [
        p.range('sum by (file) (%s)' % x('antminer_exporter_database_size_bytes'), '{{file}}'),
        p.range('sum(%s)' % x('antminer_exporter_database_forecast_bytes'), 'in a year'),
      ], stack=true) + p.limit('^in a year$', 'text'),
      p.graph('Rows written', 'Rows per second by table (antminer_exporter_database_rows_written_total).', 8, 'none', [p.range('sum by (table) (rate(%s[$__rate_interval]))' % x('antminer_exporter_database_rows_written_total'), '{{table}}')], decimals=2, fill=0),
      p.graph('Database: last write and faults', 'Time since the last committed write (antminer_exporter_database_last_write_timestamp_seconds), and failed operations and lost rounds per minute (right axis).', 8, 's', [
        p.range('max(time() - %s)' % x('antminer_exporter_database_last_write_timestamp_seconds'), 'last write'),
        p.range('sum(rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_database_errors_total'), 'failed per minute'),
        p.range('sum(rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_database_rounds_dropped_total'), 'lost rounds per minute'),
      ], fill=0) + p.second_axis('per minute$', 'none'),
    ],
  },
];

local process = [
  {
    height: 8,
    panels: [
      p.graph('Processor', 'Processor time used (process_cpu_seconds_total); 100 % is one core.', 6, 'percentunit', [p.range('sum by (instance) (rate(%s[$__rate_interval]))' % x('process_cpu_seconds_total'), '{{instance}}')], decimals=1),
      p.graph('Memory', 'Resident and virtual memory.', 6, 'bytes', [
        p.range('sum(%s)' % x('process_resident_memory_bytes'), 'resident'),
        p.range('sum(%s)' % x('process_virtual_memory_bytes'), 'virtual'),
      ], fill=0),
      p.graph('Files and threads', 'Open descriptors, their limit (dashed), and threads.', 6, 'none', [
        p.range('max(%s)' % x('process_open_fds'), 'open'),
        p.range('max(%s)' % x('process_threads'), 'threads'),
        p.range('min(%s)' % x('process_max_fds'), 'limit'),
      ], decimals=0, fill=0) + p.limit('^limit$') + p.defaults({ custom+: { scaleDistribution: { type: 'log', log: 10 } }, min: 1 }),
      p.graph('Scrape', 'Duration of the scrapes by Prometheus, and samples of each (right axis).', 6, 's', [
        p.range('max by (instance) (%s)' % x('scrape_duration_seconds'), '{{instance}}'),
        p.range('sum(%s)' % x('scrape_samples_scraped'), 'samples'),
      ], fill=0) + p.second_axis('^samples$', 'short'),
    ],
  },
  {
    height: 8,
    panels: [
      p.graph('Events', 'Fleet events per hour by kind (antminer_exporter_events_total): discovered, state_change, reboot, pool_change and more.', 12, 'none', [p.range('sum by (kind) (increase(%s[1h]))' % x('antminer_exporter_events_total'), '{{kind}}', interval='5m')], decimals=1, stack=true, legend='right'),
      p.graph('Series dropped', 'Series per minute that were not exported because of a limit, by the limit (antminer_exporter_series_dropped_total).', 12, 'none', [p.range('sum by (reason) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_series_dropped_total'), '{{reason}}')], decimals=1, stack=true, legend='right'),
    ],
  },
];

local push = [
  {
    height: 8,
    panels: [
      p.graph('Pushed records', 'Records per minute that the receiver took, and that were dropped (antminer_exporter_push_records_sent_total, antminer_exporter_push_records_dropped_total). Empty without API_URL.', 8, 'none', [
        p.range('sum(rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_push_records_sent_total'), 'sent'),
        p.range('sum by (reason) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_push_records_dropped_total'), 'dropped: {{reason}}'),
      ], decimals=1, fill=0, no_value='No receiver is set'),
      p.graph('Push queue', 'Records that wait for the receiver (antminer_exporter_push_queue_records), and the age of the oldest (right axis).', 8, 'none', [
        p.range('sum(%s)' % x('antminer_exporter_push_queue_records'), 'waiting'),
        p.range('max(time() - %s)' % x('antminer_exporter_push_queue_oldest_timestamp_seconds'), 'age of the oldest'),
      ], decimals=0, no_value='No receiver is set') + p.second_axis('^age', 's'),
      p.graph('Push failures', 'Requests per minute that failed by reason, and time since the receiver took one (right axis).', 8, 'none', [
        p.range('sum by (reason) (rate(%s[$__rate_interval])) * 60' % x('antminer_exporter_push_request_failures_total'), '{{reason}}'),
        p.range('max(time() - %s)' % x('antminer_exporter_push_last_success_timestamp_seconds'), 'since success'),
      ], decimals=1, fill=0, no_value='No receiver is set') + p.second_axis('^since success$', 's'),
    ],
  },
];

local control = [
  {
    height: 8,
    panels: [
      p.graph('Commands', 'Commands to miners that ended in the hour before, by verb and by what was seen of them (antminer_control_commands_total). done was read back from the miner. Empty unless control is enabled.', 8, 'none', [p.range('sum by (verb, result) (increase(%s[1h])) > 0' % x('antminer_control_commands_total'), '{{verb}}: {{result}}', interval='5m')], decimals=0, stack=true, no_value='No commands'),
      p.graph('Under way', 'Commands under way (antminer_control_in_flight), and miners under announced maintenance (antminer_maintenance); red: the kill switch holds all commands (antminer_control_stopped).', 8, 'none', [
        p.range('sum(%s)' % x('antminer_control_in_flight'), 'commands'),
        p.range('sum(%s)' % x('antminer_maintenance'), 'miners under maintenance'),
        p.range('max(%s)' % x('antminer_control_stopped'), 'stopped'),
      ], decimals=0, fill=0, no_value='Control is off') + p.limit('^stopped$'),
      p.graph('Silences', 'Silences that the exporter opened and ended in an Alertmanager, and tries that failed, per hour (antminer_control_silences_total). Empty without control.alertmanager_url.', 8, 'none', [p.range('sum by (result) (increase(%s[1h]))' % x('antminer_control_silences_total'), '{{result}}', interval='5m')], decimals=0, fill=0, no_value='No Alertmanager is set'),
    ],
  },
];

d.new(
  'antminer-exporter', 'Antminer / Exporter and discovery', 'Is the monitoring itself fine?',
  [
    d.variables.datasource,
    d.query_variable('instance', 'instance', 'label_values(antminer_exporter_build_info, instance)', '.+'),
  ],
  [
    { title: 'Now', lines: [{ height: 4, panels: now }, { height: 3, panels: verdicts }] },
    { title: 'Polling', lines: polling },
    { title: 'Discovery', lines: discovery },
    { title: 'HTTP and database', collapsed: true, lines: serving },
    { title: 'Process, events and limits', collapsed: true, lines: process },
    { title: 'Push to a receiver', collapsed: true, lines: push },
    { title: 'Commands and maintenance', collapsed: true, lines: control },
  ],
)
