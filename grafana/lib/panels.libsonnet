// Panels as functions. Every panel has a title, a description (what it is, from which metric, what
// to do), explicit steps and a width in columns of 24; a dashboard gives it place and id.
local style = import 'style.libsonnet';
local source = { type: 'prometheus', uid: '${datasource}' };

{
  local p = self,

  // Targets. Instant ones for numbers and tables, range ones for graphs.
  instant(expr, legend='', ref='A'):: {
    datasource: source,
    editorMode: 'code',
    expr: expr,
    instant: true,
    range: false,
    legendFormat: if legend == '' then '__auto' else legend,
    refId: ref,
  },
  range(expr, legend='', ref='A', interval=''):: {
    datasource: source,
    editorMode: 'code',
    expr: expr,
    instant: false,
    range: true,
    legendFormat: if legend == '' then '__auto' else legend,
    refId: ref,
  } + (if interval == '' then {} else { interval: interval }),
  cells(expr, ref):: p.instant(expr, '', ref) + { format: 'table' },

  local letter(i) = std.char(65 + i),
  local lettered(targets) = std.mapWithIndex(function(i, t) t + { refId: letter(i) }, targets),

  link(title, url, new_tab=false):: { title: title, url: url, targetBlank: new_tab },
  local at = '?${datasource:queryparam}&${job:queryparam}',
  local when = '&${__url_time_range}',
  to(uid, title, more='&${site:queryparam}&${rack:queryparam}&${model:queryparam}&${miner:queryparam}')::
    p.link(title, '/d/' + uid + '/' + uid + at + more + when),
  // To the miner of a series, and to the miner of the row of a table.
  to_series_miner:: p.to('antminer-miner', 'Open ${__field.labels.miner}', '&var-miner=${__field.labels.miner}'),
  to_row_miner:: p.to('antminer-miner', 'Open this miner', '&var-miner=${__data.fields.Miner}'),

  local base(type, title, description, width, targets) = {
    type: type,
    title: title,
    description: description,
    datasource: source,
    targets: lettered(targets),
    fieldConfig: { defaults: {}, overrides: [] },
    options: {},
    transformations: [],
    width:: width,
  },

  defaults(values):: { fieldConfig+: { defaults+: values } },
  override(matcher, options, properties):: {
    fieldConfig+: {
      overrides+: [{
        matcher: { id: matcher, options: options },
        properties: [{ id: name, value: properties[name] } for name in std.objectFields(properties)],
      }],
    },
  },
  by_name(name, properties):: p.override('byName', name, properties),
  by_regexp(pattern, properties):: p.override('byRegexp', '/' + pattern + '/', properties),
  links(list):: p.defaults({ links: list }),
  fixed(color):: { color: { mode: 'fixed', fixedColor: color } },
  // The sign of the currency, for fields that have its code in their name.
  money_units:: std.foldl(
    function(panel, code) panel + p.by_regexp(code, { unit: 'currency' + code }),
    ['USD', 'EUR', 'GBP', 'CHF', 'JPY', 'RUB', 'UAH', 'BRL', 'NOK', 'SEK', 'CZK', 'PLN', 'ZAR', 'INR', 'KRW', 'TRY'],
    {}
  ),
  // A limit: dashed and red, without a fill, so that it is told from data at once.
  limit(pattern, color='red'):: p.by_regexp(pattern, {
    color: { mode: 'fixed', fixedColor: color },
    'custom.lineStyle': { fill: 'dash', dash: [8, 6] },
    'custom.fillOpacity': 0,
    'custom.lineWidth': 1,
    'custom.stacking': { mode: 'none', group: 'limit' },
  }),

  stat(title, description, width, unit, steps, targets, color='value', graph='none', decimals=null, no_value='–')::
    base('stat', title, description, width, targets) + {
      fieldConfig: {
        defaults: {
          unit: unit,
          color: { mode: 'thresholds' },
          thresholds: steps,
          mappings: style.dash,
          noValue: no_value,
        } + (if decimals == null then {} else { decimals: decimals }),
        overrides: [],
      },
      options: {
        colorMode: color,
        graphMode: graph,
        justifyMode: 'auto',
        // Two values stand one above the other, with the whole width for each.
        orientation: if std.length(targets) > 1 then 'horizontal' else 'auto',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showPercentChange: false,
        textMode: 'auto',
        wideLayout: true,
      } + (if std.length(targets) > 1 then { text: { titleSize: 14, valueSize: 26 } } else {}),
    },

  // A number with its course behind it: the newest point of a range query.
  trend_stat(title, description, width, unit, steps, expr, legend='', decimals=null, no_value='–')::
    p.stat(title, description, width, unit, steps, [p.range(expr, legend)], 'value', 'area', decimals, no_value) +
    { maxDataPoints: 60 } + p.defaults({ min: 0 }),

  gauge(title, description, width, unit, min, max, steps, targets, decimals=null)::
    base('gauge', title, description, width, targets) + {
      fieldConfig: {
        defaults: {
          unit: unit,
          min: min,
          max: max,
          color: { mode: 'thresholds' },
          thresholds: steps,
          mappings: style.dash,
          noValue: '–',
        } + (if decimals == null then {} else { decimals: decimals }),
        overrides: [],
      },
      options: {
        minVizHeight: 60,
        minVizWidth: 60,
        orientation: 'auto',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showThresholdLabels: false,
        showThresholdMarkers: true,
        sizing: 'auto',
      },
    },

  bars(title, description, width, unit, min, max, steps, targets, decimals=null, no_value='No data')::
    base('bargauge', title, description, width, targets) + {
      fieldConfig: {
        defaults: {
          unit: unit,
          min: min,
          [if max != null then 'max']: max,
          color: { mode: 'thresholds' },
          thresholds: steps,
          noValue: no_value,
        } + (if decimals == null then {} else { decimals: decimals }),
        overrides: [],
      },
      options: {
        displayMode: 'basic',
        maxVizHeight: 26,
        minVizHeight: 14,
        minVizWidth: 8,
        namePlacement: 'left',
        orientation: 'horizontal',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showUnfilled: true,
        sizing: 'manual',
        text: { titleSize: 12, valueSize: 13 },
        valueMode: 'color',
      },
    },

  graph(title, description, width, unit, targets, min=0, max=null, decimals=null, stack=false, fill=null, legend='bottom', calcs=['lastNotNull', 'max'], no_value='No data', span=null)::
    base('timeseries', title, description, width, targets) + {
      maxDataPoints: 360,
      fieldConfig: {
        defaults: {
          unit: unit,
          color: { mode: 'palette-classic' },
          thresholds: style.plain,
          noValue: no_value,
          custom: {
            axisLabel: '',
            axisPlacement: 'auto',
            drawStyle: 'line',
            fillOpacity: if fill != null then fill else if stack then 40 else 8,
            gradientMode: 'none',
            lineInterpolation: 'linear',
            lineWidth: 1,
            pointSize: 4,
            showPoints: 'never',
            spanNulls: if span == null then false else span,
            stacking: { group: 'A', mode: if stack then 'normal' else 'none' },
            thresholdsStyle: { mode: 'off' },
          },
        } + (if min == null then {} else { min: min }) + (if max == null then {} else { max: max })
          + (if decimals == null then {} else { decimals: decimals }),
        overrides: [],
      },
      options: {
        legend: {
          calcs: if legend == 'right' then ['lastNotNull'] else calcs,
          displayMode: 'table',
          placement: legend,
          showLegend: true,
          sortBy: 'Last *',
          sortDesc: true,
        } + (if legend == 'right' then { width: 260 } else {}),
        tooltip: { maxHeight: 400, mode: 'multi', sort: 'desc' },
      },
    },
  // For sums over thousands of series, where a point every few minutes tells all.
  coarse:: { maxDataPoints: 48 },
  // For values whose peaks count, over as many series.
  finer:: { maxDataPoints: 120 },
  step_line:: p.defaults({ custom+: { lineInterpolation: 'stepAfter' } }),
  columns_of_time:: p.defaults({ custom+: { drawStyle: 'bars', fillOpacity: 70, lineWidth: 0 } }),
  second_axis(pattern, unit):: p.by_regexp(pattern, {
    unit: unit,
    'custom.axisPlacement': 'right',
    'custom.fillOpacity': 0,
  }),

  timeline(title, description, width, mappings, targets, no_value='No data', row_height=0.85)::
    base('state-timeline', title, description, width, targets) + {
      maxDataPoints: 240,
      fieldConfig: {
        defaults: {
          unit: 'none',
          color: { mode: 'thresholds' },
          thresholds: style.plain,
          mappings: mappings,
          noValue: no_value,
          custom: { fillOpacity: 80, lineWidth: 0, spanNulls: false },
        },
        overrides: [],
      },
      options: {
        alignValue: 'left',
        legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
        mergeValues: true,
        rowHeight: row_height,
        showValue: 'never',
        tooltip: { mode: 'single', sort: 'none' },
      },
    },

  history(title, description, width, unit, steps, targets, interval='10m', no_value='No data')::
    base('status-history', title, description, width, targets) + {
      interval: interval,
      maxDataPoints: 60,
      fieldConfig: {
        defaults: {
          unit: unit,
          min: 0,
          color: { mode: 'thresholds' },
          thresholds: steps,
          noValue: no_value,
          custom: { fillOpacity: 80, lineWidth: 0 },
        },
        overrides: [],
      },
      options: {
        colWidth: 0.95,
        rowHeight: 0.9,
        legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
        showValue: 'never',
        tooltip: { mode: 'single', sort: 'none' },
      },
    },

  heatmap(title, description, width, unit, target)::
    base('heatmap', title, description, width, [target + { format: 'heatmap' }]) + {
      maxDataPoints: 120,
      fieldConfig: { defaults: { unit: 'short', thresholds: style.plain }, overrides: [] },
      options: {
        calculate: false,
        cellGap: 1,
        color: { exponent: 0.5, fill: 'dark-orange', mode: 'scheme', reverse: false, scale: 'exponential', scheme: 'Oranges', steps: 64 },
        filterValues: { le: 1e-9 },
        legend: { show: true },
        rowsFrame: { layout: 'auto' },
        tooltip: { mode: 'single', yHistogram: false },
        yAxis: { axisPlacement: 'left', reverse: false, unit: unit },
      },
    },

  pie(title, description, width, unit, targets, no_value='No data')::
    base('piechart', title, description, width, targets) + {
      fieldConfig: {
        defaults: { unit: unit, color: { mode: 'palette-classic' }, thresholds: style.plain, noValue: no_value, decimals: 0 },
        overrides: [],
      },
      options: {
        displayLabels: [],
        legend: { calcs: [], displayMode: 'table', placement: 'bottom', showLegend: true, values: ['value', 'percent'] },
        pieType: 'donut',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        tooltip: { mode: 'single', sort: 'none' },
      },
    },

  text(title, description, width, content)::
    base('text', title, description, width, []) + {
      options: { mode: 'markdown', content: content, code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false } },
    },

  // Pages of a table: up to Grafana 12.1 the footer says so, since then the options.
  pages(on):: {
    enablePagination: on,
    footer: { countRows: false, enablePagination: on, fields: '', reducer: [], show: false },
  },

  // A table. columns: [{ expr, name, ...properties of the field }] in the order shown; the column
  // whose name is that of `labels` comes from labels of the first query. One column may be a course:
  // { course: true }. Rows are joined by `key`, a label.
  table(title, description, width, key, columns, labels={}, sort=null, sort_desc=false, no_value='No data', page=true, only_first=false)::
    local n = std.length(columns);
    local course = [i for i in std.range(0, n - 1) if std.objectHas(columns[i], 'course')];
    local value_name(i) =
      if std.length(course) > 0 && i == course[0] then 'Trend #' + letter(i)
      else if n == 1 then 'Value' else 'Value #' + letter(i);
    local hidden = { Time: true } + { ['Time %d' % i]: true for i in std.range(1, n) } +
                   { [value_name(i)]: true for i in std.range(0, n - 1) if std.objectHas(columns[i], 'hide') };
    local label_names = [name for name in std.objectFields(labels) if !std.objectHas(labels[name], 'hide')];
    local hidden_labels = { [labels[name].label]: true for name in std.objectFields(labels) if std.objectHas(labels[name], 'hide') };
    local order = { [labels[name].label]: labels[name].index for name in label_names } +
                  { [value_name(i)]: columns[i].index for i in std.range(0, n - 1) if std.objectHas(columns[i], 'index') };
    base('table', title, description, width, [
      if std.objectHas(columns[i], 'course') then p.range(columns[i].expr) else p.cells(columns[i].expr, '')
      for i in std.range(0, n - 1)
    ]) + {
      fieldConfig: {
        defaults: {
          color: { mode: 'thresholds' },
          thresholds: style.plain,
          mappings: style.dash,
          noValue: no_value,
          custom: { align: 'auto', cellOptions: { type: 'auto' }, filterable: false, inspect: false, minWidth: 60 },
        },
        overrides: [],
      },
      options: {
        cellHeight: 'sm',
        showHeader: true,
        sortBy: if sort == null then [] else [{ displayName: sort, desc: sort_desc }],
      } + p.pages(page),
      transformations:
        (if std.length(course) == 0 then [] else [
           // Only the course: with one miner the other queries would count as series, too.
           { id: 'timeSeriesTable', options: { [letter(course[0])]: { stat: 'lastNotNull' } }, filter: { id: 'byRefId', options: letter(course[0]) } },
         ]) +
        (if n == 1 then [] else [
           { id: 'joinByField', options: { byField: key, mode: 'outer' } },
           {
             id: 'filterByValue',
             options: {
               type: 'include',
               match: 'all',
               filters: [{ fieldName: key, config: { id: 'notEqual', options: { value: '-' } } }] +
                        (if only_first then [{ fieldName: 'Value #A', config: { id: 'isNotNull', options: {} } }] else []),
             },
           },
         ]) + [
          {
            id: 'organize',
            options: {
              excludeByName: hidden + hidden_labels,
              includeByName: {},
              indexByName: order,
              renameByName: { [labels[name].label]: name for name in label_names } +
                            { [value_name(i)]: columns[i].name for i in std.range(0, n - 1) if !std.objectHas(columns[i], 'hide') },
            },
          },
        ],
    } + std.foldl(
      function(panel, i)
        if std.objectHas(columns[i], 'hide') then panel else panel + p.by_name(columns[i].name, columns[i].field),
      std.range(0, n - 1),
      {}
    ) + std.foldl(
      function(panel, name)
        if std.objectHas(labels[name], 'field') then panel + p.by_name(name, labels[name].field) else panel,
      label_names,
      {}
    ),

  // Cells.
  cell:: {
    number(unit, decimals=null, width=null):: { unit: unit } + (if decimals == null then {} else { decimals: decimals }) +
                                              (if width == null then {} else { 'custom.width': width }),
    // Text in a verdict's colour.
    colored(unit, steps, decimals=null, width=null):: p.cell.number(unit, decimals, width) + {
      thresholds: steps,
      'custom.cellOptions': { type: 'color-text' },
    },
    gauge(unit, min, max, steps, decimals=null, width=null):: p.cell.number(unit, decimals, width) + {
      min: min,
      max: max,
      thresholds: steps,
      'custom.cellOptions': { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' },
    },
    state(mappings, width=null):: {
      mappings: mappings + style.dash_cell,
      'custom.cellOptions': { type: 'color-background', mode: 'basic' },
      'custom.align': 'center',
    } + (if width == null then {} else { 'custom.width': width }),
    course(unit, width=null):: {
      unit: unit,
      noValue: '–',
      'custom.cellOptions': { type: 'sparkline', hideValue: false, fillOpacity: 15, lineWidth: 1, drawStyle: 'line', showPoints: 'never' },
    } + (if width == null then {} else { 'custom.width': width }),
  },
}
