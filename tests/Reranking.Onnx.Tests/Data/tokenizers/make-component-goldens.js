// Writes components.jsonl: what single components of HuggingFace tokenizers make of seeded random texts.
// npm install tokenizers@0.23.2, then: node make-component-goldens.js DATA_FOLDER OUTPUT_FOLDER, then gzip -9n the output.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { Tokenizer } = require('tokenizers');
const { charsmap } = require('./measure-graphemes.js');

const [data, output] = process.argv.slice(2);
let state = 20_250_301;
const random = count => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor(state / 4_294_967_296 * count);
};
const pick = values => values[random(values.length)];
const model = { type: 'BPE', vocab: { a: 0 }, merges: [] };
const load = parts => Tokenizer.fromString(JSON.stringify({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model, ...parts,
}));

const graphemes = JSON.parse(fs.readFileSync(path.join(data, 'unicode-graphemes.json'), 'utf8'));
const classes = JSON.parse(fs.readFileSync(path.join(data, 'unicode-classes-more.json'), 'utf8')).canonical_combining_class;
const expand = ranges => ranges.split(' ').flatMap(range => {
  const [first, last] = range.split('-').map(number => parseInt(number, 16));
  return Array.from({ length: (last ?? first) - first + 1 }, (_, offset) => String.fromCodePoint(first + offset));
});
const marks = Object.values(classes).flatMap(expand);
const composites = Object.entries(JSON.parse(fs.readFileSync(path.join(data, 'unicode-normalization.json'), 'utf8')).composition)
  .flatMap(([key, parts]) => [String.fromCodePoint(parseInt(key, 16)), ...parts.split(' ').map(part => String.fromCodePoint(parseInt(part, 16)))]);
const compatible = Object.keys(JSON.parse(fs.readFileSync(path.join(data, 'unicode-normalization.json'), 'utf8')).compatibility)
  .map(key => String.fromCodePoint(parseInt(key, 16)));
const hangul = () => String.fromCodePoint(pick([0x1100 + random(0x60), 0x1161 + random(0x47), 0x11a8 + random(0x58), 0xac00 + 28 * random(399), 0xac00 + random(11_172)]));
const blanks = [' ', ' ', ' ', '  ', '   ', '\t', '\n', '\r', '\r\n', '\n\n', '\u00a0', '\u3000', '\u2003', '\u0085', '\u200b'];
const plain = ['a', 'b', 'A', 'S', 'ſ', 'é', '机', 'ж', '1', '23', '½', '٣', '\u{1d7d8}', '\u{10107}', '\u3007', '.', ',', '!', '-', '"', '``', "''", '▁', '😀', '‍', '\u0301', '\u0903',
  "'s", "'S", "'re", "'LL", "'ſ", "'", "'x", '€', '\u{1f1e9}', '\u{20000}', '\u0001'];
const words = () => Array.from({ length: 1 + random(14) }, () => random(3) === 0 ? pick(blanks) : pick(plain)).join('');
const composed = () => Array.from({ length: 1 + random(12) }, () => {
  const kind = random(10);
  return kind < 3 ? pick(marks) : kind < 6 ? pick(composites) : kind < 7 ? hangul() : kind < 9 ? pick(compatible) : pick(plain);
}).join('');
const joining = [...['control', 'joins_before', 'prepends', 'pictograph', 'extend', 'consonant', 'linker'].map(name => expand(graphemes[name])), ['\u200d'], ['\u200c'], ['a', '\r', '\n'], ['\u0301']];
const clustered = () => Array.from({ length: 1 + random(9) }, () => random(8) === 0 ? hangul() : pick(pick(joining))).join('');

const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const qwen2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const metaspace = (prepend_scheme, split) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split });
const split = Regex => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const sequence = (...pretokenizers) => ({ type: 'Sequence', pretokenizers });
const result = [];

const normalizers = [
  [composed, { type: 'NFC' }], [composed, { type: 'NFD' }], [composed, { type: 'NFKC' }], [composed, { type: 'NFKD' }], [composed, { type: 'StripAccents' }],
  [composed, { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }],
  [words, { type: 'Strip', strip_left: true, strip_right: false }], [words, { type: 'Strip', strip_left: false, strip_right: true }],
  [words, { type: 'Replace', pattern: { String: '``' }, content: '"' }], [words, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }],
  [words, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '▁' }], [words, { type: 'Prepend', prepend: '▁' }],
];
for (const [text, normalizer] of normalizers) {
  const loaded = load({ normalizer }).getNormalizer();
  for (let i = 0; i < 400; i++) {
    const value = text();
    result.push({ normalizer, text: value, normalized: loaded.normalizeString(value) });
  }
}

// Each maps some code points, so that each kind of grapheme is seen to lose what follows the first or not.
for (let i = 0; i < 60; i++) {
  const normalizer = { type: 'Precompiled', precompiled_charsmap: charsmap(Array.from({ length: 40 }, () => pick(pick(joining.slice(0, -1)))).concat(['a', '\u1161', '\u2122'])) };
  const loaded = load({ normalizer }).getNormalizer();
  const answers = Array.from({ length: 60 }, () => clustered()).map(text => [text, loaded.normalizeString(text)]);
  result.push({ normalizer, answers });
}

const preTokenizers = [
  { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  split(gpt2), split(qwen2),
  metaspace('always', true), metaspace('first', true), metaspace('never', true), metaspace('first', false),
  { type: 'WhitespaceSplit' }, { type: 'Whitespace' }, { type: 'Digits', individual_digits: true }, { type: 'Digits', individual_digits: false },
  ...['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].map(behavior => ({ type: 'Punctuation', behavior })),
  sequence({ type: 'WhitespaceSplit' }, metaspace('always', true)), sequence({ type: 'WhitespaceSplit' }, metaspace('first', true)),
  sequence({ type: 'Digits', individual_digits: true }, { type: 'Punctuation', behavior: 'Contiguous' }, metaspace('first', true)),
];
const alphabet = (() => {
  // The characters of bytes back to bytes.
  const map = new Map();
  let moved = 0;
  for (let value = 0; value < 256; value++) {
    const printable = (value >= 33 && value <= 126) || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
    map.set(String.fromCharCode(printable ? value : 256 + moved++), value);
  }
  return map;
})();
for (const pre_tokenizer of preTokenizers) {
  const loaded = load({ pre_tokenizer }).getPreTokenizer();
  for (let i = 0; i < 400; i++) {
    const text = words();
    const pieces = loaded.preTokenizeString(text).map(([piece]) => pre_tokenizer.type !== 'ByteLevel' ? piece : Buffer.from([...piece].map(c => alphabet.get(c))).toString());
    result.push({ pre_tokenizer, text, pieces });
  }
}
fs.writeFileSync(path.join(output, 'components.jsonl'), result.map(row => JSON.stringify(row) + '\n').join(''));
