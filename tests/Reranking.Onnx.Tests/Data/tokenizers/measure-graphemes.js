// Writes unicode-graphemes.json: which code points HuggingFace tokenizers takes for one grapheme, measured through the only thing that shows it: its Precompiled
// normalizer replaces a grapheme under 6 bytes by what its first code point maps to, and loses the rest.
// npm install tokenizers@0.23.2, then: node measure-graphemes.js OUTPUT_FOLDER
const fs = require('fs');
const path = require('path');
const { Tokenizer } = require('tokenizers');

const ACUTE = '\u0301';
const ZWJ = '\u200d';
const scalars = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint).filter(codePoint => codePoint > 0 && (codePoint < 0xd800 || codePoint > 0xdfff));

// A charsmap that maps each of some texts to Y: the size of a double array, the array (darts-clone's units), and the mapped texts.
function charsmap(keys) {
  const root = new Map();
  for (const key of keys) {
    let node = root;
    for (const byte of Buffer.from(key)) {
      if (!node.has(byte)) node.set(byte, new Map());
      node = node.get(byte);
    }
    node.set(0, null);
  }
  const units = new Map([[0, 0]]);
  const bases = new Set();
  const place = (node, position) => {
    let base = 1;
    while (bases.has(base) || [...node.keys()].some(byte => units.has(base ^ byte))) base++;
    bases.add(base);
    units.set(position, (units.get(position) | ((base ^ position) << 10) | (node.has(0) ? 0x100 : 0)) >>> 0);
    for (const byte of node.keys()) units.set(base ^ byte, byte === 0 ? 0x80000000 : byte);
    for (const [byte, child] of node) if (byte !== 0) place(child, base ^ byte);
  };
  place(root, 0);
  const size = Math.ceil((Math.max(...units.keys()) + 1) / 256) * 256;
  const bytes = Buffer.alloc(4 + 4 * size);
  bytes.writeUInt32LE(4 * size, 0);
  for (let i = 0; i < size; i++) bytes.writeUInt32LE(units.get(i) ?? 0, 4 + 4 * i);
  return Buffer.concat([bytes, Buffer.from('Y\0')]).toString('base64');
}

const load = keys => {
  const tokenizer = Tokenizer.fromString(JSON.stringify({
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap(keys) },
    pre_tokenizer: null, post_processor: null, decoder: null, model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
  }));
  const normalizer = tokenizer.getNormalizer();
  return text => normalizer.normalizeString(text);
};

function ranges(codePoints) {
  const found = [];
  for (const codePoint of codePoints) {
    const last = found[found.length - 1];
    if (last && last[1] === codePoint - 1) last[1] = codePoint;
    else found.push([codePoint, codePoint]);
  }
  return found.map(([first, last]) => first === last ? first.toString(16) : `${first.toString(16)}-${last.toString(16)}`).join(' ');
}

// The code points of which a text shows that they join, with that code point or a given one mapped to Y.
function find(isJoined, key) {
  const fixed = key && load([key]);
  const found = [];
  const PAGE = 64;
  for (let i = 0; i < scalars.length; i += PAGE) {
    const page = scalars.slice(i, i + PAGE).map(codePoint => String.fromCodePoint(codePoint));
    const normalize = fixed ?? load(page);
    found.push(...page.filter(character => isJoined(character, normalize)).map(character => character.codePointAt(0)));
  }
  return ranges(found);
}

module.exports = { charsmap };
if (require.main === module) {
  const result = {
    about: 'Measured from HuggingFace tokenizers 0.23.2 (native build, npm). joins_before: no grapheme starts with it, but after a control. prepends: no grapheme ends '
      + 'with it, but before a control. control: nothing joins it. pictograph: joins another one after U+200D. extend: '
      + 'may stand between the two. '
      + 'consonant, linker: a consonant joins the one before it over a linker and any that extend.',
    joins_before: find((c, normalize) => normalize('a' + c) === 'Y', 'a'),
    prepends: find((c, normalize) => c !== 'a' && normalize(c + 'a') === 'Y'),
    // Behind a control the joiner starts a grapheme of 5 bytes, which loses the accent; behind anything else it is of one that is too long for that.
    control: find((c, normalize) => !normalize(c + ZWJ + ACUTE).endsWith(ACUTE), ZWJ),
    pictograph: find((c, normalize) => normalize(c + ZWJ + '\u2122' + ACUTE).endsWith('Y' + ACUTE), '\u2122'),
  };
  const CONSONANT = '\u0915';
  const LINKER = '\u094d';
  const joined = 'Y' + ACUTE;
  const read = set => new Set(set.split(' ').flatMap(range => {
    const [first, last] = range.split('-').map(part => parseInt(part, 16));
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  }));
  const prepends = read(result.prepends);
  const pictographs = read(result.pictograph);
  const is = (c, set) => set.has(c.codePointAt(0));
  result.extend = find((c, normalize) => !is(c, pictographs) && normalize('\u00a9' + c + ZWJ + '\u2122' + ACUTE).endsWith(joined), '\u2122');
  result.consonant = find((c, normalize) => normalize(c + LINKER + CONSONANT + ACUTE).endsWith(joined), CONSONANT);
  result.linker = find((c, normalize) => !is(c, prepends) && normalize(CONSONANT + c + CONSONANT + ACUTE).endsWith(joined), CONSONANT);
  fs.writeFileSync(path.join(process.argv[2], 'unicode-graphemes.json'), JSON.stringify(result, null, 1) + '\n');
}
