// Writes <family>/offsets.jsonl: which part of each torture text each token is, without special tokens, in UTF-16 code units.
// npm install tokenizers@0.23.2, then: node make-offset-goldens.js DATA_FOLDER OUTPUT_FOLDER, then gzip -9n the output.
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { Tokenizer } = require('tokenizers');

const [data, output] = process.argv.slice(2);
const SHORT = 24;
const bundled = path.join(data, '../../../../models/ms-marco-MiniLM-L-12-v2-int8/tokenizer.json');
const unzip = name => zlib.gunzipSync(fs.readFileSync(path.join(data, name))).toString('utf8');
const read = line => line.text ?? (line.repeat ? line.repeat[0].repeat(line.repeat[1])
  : String.fromCharCode(...line.utf16.split(' ').map(unit => parseInt(unit, 16))));

// The native build counts code points.
function unitsOf(text, offsets) {
  const units = [0];
  for (const character of text) units.push(units[units.length - 1] + character.length);
  return offsets.flatMap(([start, end]) => [units[start] ?? -1, units[end] ?? -1]);
}

(async () => {
  const lines = unzip('torture.jsonl.gz').trim().split('\n').map(line => JSON.parse(line));
  for (const family of ['bert', 'roberta', 'modernbert', 'qwen3', 'deberta-v3', 'xlm-roberta']) {
    const json = JSON.parse(family === 'bert' ? fs.readFileSync(bundled, 'utf8') : unzip(`${family}/tokenizer.json.gz`));
    const tokenizer = Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
    const rows = [];
    for (const line of lines) {
      const text = read(line);
      const units = unitsOf(text, (await tokenizer.encode(text, null, { addSpecialTokens: false })).getOffsets());
      const hash = () => crypto.createHash('sha256').update(Buffer.from(Int32Array.from(units).buffer)).digest('hex').slice(0, 16);
      rows.push(units.length <= 2 * SHORT ? { id: line.id, offsets: units } : { id: line.id, n: units.length / 2, sha256: hash() });
    }
    fs.mkdirSync(path.join(output, family), { recursive: true });
    fs.writeFileSync(path.join(output, family, 'offsets.jsonl'), rows.map(row => JSON.stringify(row) + '\n').join(''));
  }
})();
