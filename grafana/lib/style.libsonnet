// Colours mean the same everywhere: green good, yellow degraded, red act, blue neutral, grey absent.
{
  local step(color, value=null) = { color: color, value: value },

  // The first colour holds from minus infinity.
  steps(first, rest=[]):: {
    mode: 'absolute',
    steps: [step(first)] + [step(pair[1], pair[0]) for pair in rest],
  },
  neutral:: self.steps('blue'),
  plain:: self.steps('text'),
  // A count of bad things: none is good.
  bad_count:: self.steps('green', [[1, 'red']]),
  warning_count:: self.steps('green', [[1, 'yellow']]),
  of_expected:: self.steps('red', [[0.85, 'yellow'], [0.95, 'green']]),
  share_up:: self.steps('red', [[0.9, 'yellow'], [1, 'green']]),
  // Value over limit.
  of_limit:: self.steps('green', [[0.9, 'yellow'], [1, 'red']]),
  headroom:: self.steps('red', [[5, 'yellow'], [10, 'green']]),
  reject:: self.steps('green', [[0.01, 'yellow'], [0.03, 'red']]),
  hardware_errors:: self.steps('green', [[0.005, 'yellow'], [0.01, 'red']]),
  money:: self.steps('red', [[0, 'green']]),
  // A value that has no verdict but must show a hot chip.
  chip:: self.steps('green', [[75, 'yellow'], [85, 'red']]),

  local value_map(entries) = [{
    type: 'value',
    options: {
      [entry[0]]: { index: i, text: entry[1], color: entry[2] }
      for i in std.range(0, std.length(entries) - 1)
      for entry in [entries[i]]
    },
  }],
  states:: value_map([
    ['5', 'HASHING', 'green'],
    ['4', 'DEGRADED', 'yellow'],
    ['3', 'STARTING', 'blue'],
    ['2', 'IDLE', 'orange'],
    ['1', 'SLEEPING', 'purple'],
    ['0', 'DOWN', 'red'],
  ]),
  up_down:: value_map([['1', 'UP', 'green'], ['0', 'DOWN', 'red']]),
  yes_no:: value_map([['1', 'OK', 'green'], ['0', 'FAILED', 'red']]),
  severity:: value_map([
    ['critical', 'CRITICAL', 'red'],
    ['warning', 'WARNING', 'yellow'],
    ['info', 'INFO', 'blue'],
  ]),
  verdict:: value_map([['2', 'KEEP', 'green'], ['1', 'WATCH', 'yellow'], ['0', 'STOP', 'red']]),
  active:: value_map([['1', 'ACTIVE', 'green'], ['0', 'STANDBY', 'rgba(128, 128, 128, 0.45)']]),
  alive:: value_map([['1', 'ALIVE', 'green'], ['0', 'DEAD', 'red']]),
  // "Antminer S21" is "S21" where the width is dear.
  short_model:: [{ type: 'regex', options: { pattern: 'Antminer (.*)', result: { index: 0, text: '$1' } } }],
  // What a cell shows when there is no value. Colour "text" keeps it quiet.
  local dash(color) = [{ type: 'special', options: { match: 'null+nan', result: { index: 99, text: '–', color: color } } }],
  dash:: dash('text'),
  dash_cell:: dash('rgba(128, 128, 128, 0.2)'),
}
