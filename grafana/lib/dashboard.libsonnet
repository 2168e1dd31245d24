// A dashboard: variables, annotations, links, and the grid.
local promql = import 'promql.libsonnet';
local source = { type: 'prometheus', uid: '${datasource}' };

{
  local d = self,

  // Variables.
  query_variable(name, label, query, all='.*', multi=true, hide=0, sort=1):: {
    name: name,
    label: label,
    type: 'query',
    datasource: source,
    query: { query: query, refId: 'variable-' + name },
    definition: query,
    refresh: 2,
    sort: sort,
    multi: multi,
    hide: hide,
    options: [],
    regex: '',
    skipUrlSync: false,
  } + (if all == null then { includeAll: false, current: {} } else {
         includeAll: true,
         allValue: all,
         current: { selected: true, text: ['All'], value: ['$__all'] },
       }),
  text_variable(name, label, description):: {
    name: name,
    label: label,
    description: description,
    type: 'textbox',
    query: '',
    current: { selected: true, text: '', value: '' },
    options: [{ selected: true, text: '', value: '' }],
    hide: 0,
    skipUrlSync: false,
  },
  variables: {
    datasource: {
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
      regex: '',
      refresh: 1,
      multi: false,
      includeAll: false,
      hide: 0,
      options: [],
      current: {},
      skipUrlSync: false,
    },
    job: d.query_variable('job', 'job', 'label_values(antminer_miner_info, job)', '.+'),
    site: d.query_variable('site', 'Site', 'label_values(antminer_miner_info{job=~"$job"}, site)'),
    rack: d.query_variable('rack', 'Rack', 'label_values(antminer_miner_info{job=~"$job", site=~"$site"}, rack)', sort=7),
    model: d.query_variable('model', 'Model', 'label_values(antminer_miner_info{job=~"$job", site=~"$site", rack=~"$rack"}, model)'),
    local miners = 'label_values(antminer_miner_info{job=~"$job", site=~"$site", rack=~"$rack", model=~"$model"}, miner)',
    miner: d.query_variable('miner', 'miner', miners, '.+', sort=7),
    // On the page of one miner: one or a few, never all.
    some_miner: d.query_variable('miner', 'miner', miners, null, sort=7),
  },
  fleet_variables:: [d.variables[name] for name in ['datasource', 'job', 'site', 'rack', 'model', 'miner']],

  annotation(name, expr, color, title, text, enable=true):: {
    name: name,
    datasource: source,
    enable: enable,
    hide: false,
    expr: expr,
    iconColor: color,
    step: '60s',
    tagKeys: '',
    titleFormat: title,
    textFormat: text,
    useValueForTime: false,
  },
  // Only where an alert begins: a region for each alert that goes on would paint the graph red.
  alerts_annotation(severity='critical|warning'):: d.annotation(
    'Alerts begin',
    '%(firing)s unless %(firing)s offset 1m' % { firing: promql.firing('severity=~"%s"' % severity) },
    'red', '{{alertname}}', '{{miner}} {{severity}}'
  ),
  restarts_annotation(enable):: d.annotation(
    'Restarts', 'changes(' + promql.miner('antminer_mining_start_time_seconds') + '[$__rate_interval]) > 0',
    'blue', 'Mining restarted', '{{miner}}', enable
  ),

  // The grid. rows: [{ title, collapsed, lines: [{ height, panels }] }]. The widths of a line fill
  // 24 columns exactly; ids count up from the top.
  local lines_height(lines) = std.foldl(function(sum, line) sum + line.height, lines, 0),
  local place_line(line, y) =
    local widths = [panel.width for panel in line.panels];
    assert std.foldl(function(a, b) a + b, widths, 0) == 24 :
           'widths of the line with "' + line.panels[0].title + '" do not add up to 24';
    [
      line.panels[i] + {
        gridPos: {
          x: std.foldl(function(a, b) a + b, widths[0:i], 0),
          y: y,
          w: widths[i],
          h: line.height,
        },
      }
      for i in std.range(0, std.length(line.panels) - 1)
    ],
  local place_lines(lines, y) = std.flattenArrays([
    place_line(lines[i], y + lines_height(lines[0:i]))
    for i in std.range(0, std.length(lines) - 1)
  ]),
  local place_rows(rows) = std.foldl(
    function(state, row)
      local collapsed = std.objectHas(row, 'collapsed') && row.collapsed;
      local panels = place_lines(row.lines, state.y + 1);
      local head = {
        type: 'row',
        title: row.title,
        collapsed: collapsed,
        gridPos: { x: 0, y: state.y, w: 24, h: 1 },
        panels: if collapsed then panels else [],
      };
      {
        // A collapsed row takes one line; what it hides is placed when it is opened.
        y: state.y + 1 + (if collapsed then 0 else lines_height(row.lines)),
        panels: state.panels + [head] + (if collapsed then [] else panels),
      },
    rows,
    { y: 0, panels: [] }
  ).panels,
  local size(panel) = 1 + (if panel.type == 'row' then std.length(panel.panels) else 0),
  local number(panels) = [
    local before = std.foldl(function(sum, panel) sum + size(panel), panels[0:i], 0);
    panels[i] { id: before + 1 } +
    (if panels[i].type == 'row' then {
       panels: std.mapWithIndex(function(k, kid) kid { id: before + 2 + k }, panels[i].panels),
     } else {})
    for i in std.range(0, std.length(panels) - 1)
  ],

  new(uid, title, description, variables, rows, time='now-6h', refresh='30s', annotations=[], links=[]):: {
    uid: uid,
    id: null,
    title: title,
    description: description,
    tags: ['antminer'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: refresh,
    time: { from: time, to: 'now' },
    timepicker: {},
    timezone: 'browser',
    weekStart: '',
    fiscalYearStartMonth: 0,
    liveNow: false,
    links: links + [{
      type: 'dashboards',
      title: 'Antminer',
      tags: ['antminer'],
      asDropdown: true,
      icon: 'external link',
      includeVars: true,
      keepTime: true,
      targetBlank: false,
      tooltip: 'The other dashboards, with the same time and choice',
      url: '',
    }],
    annotations: { list: annotations },
    templating: { list: variables },
    panels: number(place_rows(rows)),
  },
}
