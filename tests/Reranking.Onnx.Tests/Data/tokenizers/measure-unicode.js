// Writes unicode-classes-regex.json and unicode-normalization.json: what HuggingFace tokenizers makes of every code point.
// npm install tokenizers@0.23.2, then: node measure-unicode.js OUTPUT_FOLDER
const fs = require('fs');
const path = require('path');
const { Tokenizer } = require('tokenizers');

const PAGE = 256;
const model = { type: 'BPE', vocab: { a: 0 }, merges: [] };
const load = parts => Tokenizer.fromString(JSON.stringify({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model, ...parts,
}));
const isHangul = codePoint => codePoint >= 0xac00 && codePoint <= 0xd7a3;
const scalars = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint).filter(codePoint => codePoint < 0xd800 || codePoint > 0xdfff);
const hex = codePoint => codePoint.toString(16);
const split = text => [...text].map(character => character.codePointAt(0));

function ranges(codePoints) {
  const found = [];
  for (const codePoint of codePoints) {
    const last = found[found.length - 1];
    if (last && last[1] === codePoint - 1) last[1] = codePoint;
    else found.push([codePoint, codePoint]);
  }
  return found.map(([first, last]) => first === last ? hex(first) : `${hex(first)}-${hex(last)}`).join(' ');
}

// The code points that a pre-tokenizer takes away.
function removed(pre_tokenizer) {
  const preTokenizer = load({ pre_tokenizer }).getPreTokenizer();
  const found = [];
  for (let i = 0; i < scalars.length; i += PAGE) {
    const page = scalars.slice(i, i + PAGE);
    const kept = new Set(preTokenizer.preTokenizeString(String.fromCodePoint(...page)).flatMap(([piece]) => split(piece)));
    found.push(...page.filter(codePoint => !kept.has(codePoint)));
  }
  return ranges(found);
}

// The code points that a pre-tokenizer sets apart between two letters.
function isolated(pre_tokenizer) {
  const preTokenizer = load({ pre_tokenizer }).getPreTokenizer();
  return ranges(scalars.filter(codePoint => preTokenizer.preTokenizeString(`a${String.fromCodePoint(codePoint)}a`).length === 3));
}

const regex = Regex => removed({ type: 'Split', pattern: { Regex }, behavior: 'Removed', invert: false });

function mapping(type) {
  const normalizer = load({ normalizer: { type } }).getNormalizer();
  const found = {};
  for (const codePoint of scalars.filter(value => !isHangul(value))) {
    const text = String.fromCodePoint(codePoint);
    const normalized = normalizer.normalizeString(text);
    if (normalized !== text) found[hex(codePoint)] = split(normalized).map(hex).join(' ');
  }
  return found;
}

// A composite that stays is made of what is left of its decomposition and of its last mark.
function compositions(nfd) {
  const normalizer = load({ normalizer: { type: 'NFC' } }).getNormalizer();
  const found = {};
  for (const [key, value] of Object.entries(nfd)) {
    const parts = value.split(' ').map(part => parseInt(part, 16));
    const first = normalizer.normalizeString(String.fromCodePoint(...parts.slice(0, -1)));
    const last = String.fromCodePoint(parts[parts.length - 1]);
    if (parts.length > 1 && split(first).length === 1 && normalizer.normalizeString(first + last) === String.fromCodePoint(parseInt(key, 16))) {
      found[key] = `${hex(first.codePointAt(0))} ${hex(last.codePointAt(0))}`;
    }
  }
  return found;
}

const write = (name, content) => fs.writeFileSync(path.join(process.argv[2], name), JSON.stringify({
  about: 'Measured from HuggingFace tokenizers 0.23.2 (native build, npm) on every Unicode scalar value. Code points and ranges are hex; Hangul syllables are left out of mappings.',
  ...content,
}, null, 1) + '\n');
write('unicode-classes-regex.json', {
  regex_letter: regex('\\p{L}'),
  regex_number: regex('\\p{N}'),
  regex_white_space: regex('\\s'),
  digit: isolated({ type: 'Digits', individual_digits: true }),
  punctuation: isolated({ type: 'Punctuation', behavior: 'Isolated' }),
  white_space_split: removed({ type: 'WhitespaceSplit' }),
  white_space: removed({ type: 'Whitespace' }),
});
const nfd = mapping('NFD');
const nfkd = mapping('NFKD');
write('unicode-normalization.json', {
  compatibility: Object.fromEntries(Object.entries(nfkd).filter(([key, value]) => nfd[key] !== value)),
  composition: compositions(nfd),
  nfc: mapping('NFC'),
  nfkc: mapping('NFKC'),
});
