// Opens a CSV file as a spreadsheet does, and prints its cells: kind (n is a number or a date, s is text), value, formula.
const { readFileSync } = require("node:fs");
const { read, utils } = require("xlsx");

const [sheet] = Object.values(read(readFileSync(process.argv[2]), { type: "buffer", cellDates: true }).Sheets);
const rows = [];
for (const [name, cell] of Object.entries(sheet)) {
  if (name.startsWith("!")) continue;
  const { r, c } = utils.decode_cell(name);
  (rows[r] ??= [])[c] = { kind: cell.t, value: cell.v, formula: cell.f ?? "" };
}
console.log(JSON.stringify(rows));
