// Writes options.jsonl, added-tokens.jsonl and reordering.jsonl: what HuggingFace tokenizers answers to settings that the bundled tokenizer.json does not have.
// npm install tokenizers@0.23.2, then: node make-goldens.js DATA_FOLDER OUTPUT_FOLDER, then gzip -9n the output.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { Tokenizer } = require('tokenizers');

const [data, output] = process.argv.slice(2);
const bundled = JSON.parse(fs.readFileSync(path.join(data, '../../../../models/ms-marco-MiniLM-L-12-v2-int8/tokenizer.json'), 'utf8'));
const lines = name => zlib.gunzipSync(fs.readFileSync(path.join(data, name))).toString('utf8').trim().split('\n').map(line => JSON.parse(line));

let state = 20_240_501;
const random = count => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor(state / 4_294_967_296 * count);
};
const pick = values => values[random(values.length)];
const chance = () => random(2) === 0;

async function ids(json, text) {
  return (await Tokenizer.fromString(JSON.stringify(json)).encode(text, null, { addSpecialTokens: true })).getIds();
}

async function options() {
  const texts = lines('torture.jsonl.gz').filter(line => line.text !== undefined && line.cat !== 'long' && line.id % 4 === 0);
  const result = [];
  for (const [clean_text, handle_chinese_chars, strip_accents, lowercase] of [
    [false, true, null, true], [true, false, null, true], [true, true, false, true], [true, true, true, false], [true, true, null, false], [false, false, false, false],
  ]) {
    const normalizer = { type: 'BertNormalizer', clean_text, handle_chinese_chars, strip_accents, lowercase };
    const tokenizer = Tokenizer.fromString(JSON.stringify({ ...bundled, normalizer, truncation: null, padding: null }));
    const answers = [];
    for (const { id, text } of texts) {
      answers.push([id, (await tokenizer.encode(text)).getIds()]);
    }
    result.push({ normalizer, answers });
  }
  return result;
}

async function addedTokens() {
  const vocab = { '[UNK]': 0 };
  for (const character of 'abxé\u0301_-<>[]') {
    vocab[character] = Object.keys(vocab).length;
    vocab['##' + character] = Object.keys(vocab).length;
  }
  const model = { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 8, vocab };
  const normalizers = [
    null,
    { type: 'Lowercase' },
    { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    { type: 'Sequence', normalizers: [{ type: 'BertNormalizer', clean_text: false, handle_chinese_chars: true, strip_accents: true, lowercase: false }, { type: 'Lowercase' }] },
  ];
  // No two that are the same once they are normalized: which of those is found is up to a hash map.
  const contents = ['[X]', '[XA]', 'ab', 'AX', 'b', ' a', 'é', '<m>', '<', 'x x', 'a', '_'];
  const units = [...contents, ' ', ' ', '  ', '\t', '\u2003', 'a', 'b', 'A', '-', '机', '\u0301', '[', 'X', ']', '\u0001'];
  const result = [];
  for (let i = 0; i < 3_000; i++) {
    let next = Object.keys(vocab).length;
    const added_tokens = [];
    for (const content of contents.filter(() => random(4) === 0)) {
      added_tokens.push({ id: vocab[content] ?? next++, content, single_word: chance(), lstrip: chance(), rstrip: chance(), normalized: chance(), special: chance() });
    }
    const tokenizer = { normalizer: pick(normalizers), pre_tokenizer: random(4) === 0 ? null : { type: 'BertPreTokenizer' }, added_tokens };
    // Some are long enough to be read in chunks.
    const text = Array.from({ length: i % 30 === 0 ? 700 + random(700) : 1 + random(14) }, () => pick(units)).join('');
    const json = { version: '1.0', truncation: null, padding: null, ...tokenizer, post_processor: null, decoder: null, model };
    result.push({ ...tokenizer, text, ids: await ids(json, text) });
  }
  return { model, result };
}

async function reordering() {
  const classes = JSON.parse(fs.readFileSync(path.join(data, 'unicode-classes-more.json'), 'utf8')).canonical_combining_class;
  const marks = Object.values(classes).flatMap(ranges => ranges.split(' ').flatMap(range => {
    const [first, last] = range.split('-').map(number => parseInt(number, 16));
    return Array.from({ length: (last ?? first) - first + 1 }, (_, offset) => String.fromCodePoint(first + offset));
  }));
  const stripped = Tokenizer.fromString(JSON.stringify(bundled)).getNormalizer();
  const kept = marks.filter(mark => stripped.normalizeString(mark) !== '');
  const units = [...kept, ...kept, ...marks, 'a', '\u0941', '\u200d', '机', '각', 'ệ'];
  const result = [];
  for (let i = 0; i < 2_000; i++) {
    const text = 'a' + Array.from({ length: 1 + random(20) }, () => pick(units)).join('');
    result.push({ text, normalized: stripped.normalizeString(text) });
  }
  return result;
}

const write = (name, rows) => fs.writeFileSync(path.join(output, name), rows.map(row => JSON.stringify(row) + '\n').join(''));
(async () => {
  write('options.jsonl', await options());
  const { model, result } = await addedTokens();
  write('added-tokens.jsonl', [{ model }, ...result]);
  write('reordering.jsonl', await reordering());
})();
