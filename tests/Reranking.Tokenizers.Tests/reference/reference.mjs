// The reference behind a pipe: reads a request a line and writes an answer a line. What it answers is hashed, as most of it is only compared.
//   { "load": JSON of a tokenizer }                                        -> {}
//   { "texts": [...], "full": false }                                      -> [[token count, hash of ids, hash of offsets], ...], or ids and offsets
//   { "pairs": [[first, second], ...], "strategy": ..., "maxLength": n }   -> [[token count, hash of ids, hash of type ids], ...]
//   { "time": [...], "repeat": n }                                         -> { "milliseconds": the least of n rounds }
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const { Tokenizer } = createRequire(import.meta.url)('tokenizers');
let tokenizer;

// FNV-1a over 32-bit numbers.
function hash(numbers) {
  let value = 0x811c9dc5;
  for (const number of numbers) value = Math.imul(value ^ number, 0x01000193);
  return value >>> 0;
}

async function answer(request) {
  if (request.load !== undefined) {
    tokenizer = Tokenizer.fromString(request.load);
    return {};
  }
  if (request.texts) {
    const encodings = await tokenizer.encodeBatch(request.texts, { addSpecialTokens: false });
    return encodings.map(encoding => {
      const [ids, offsets] = [encoding.getIds(), encoding.getOffsets().flat()];
      return request.full ? [ids, offsets] : [ids.length, hash(ids), hash(offsets)];
    });
  }
  if (request.pairs) {
    if (request.maxLength) tokenizer.setTruncation(request.maxLength, { strategy: request.strategy });
    else tokenizer.disableTruncation();
    const answers = [];
    for (const [first, second] of request.pairs) {
      try {
        const encoding = await tokenizer.encode(first, second, { addSpecialTokens: true });
        answers.push([encoding.getLength(), hash(encoding.getIds()), hash(encoding.getTypeIds())]);
      } catch {
        answers.push(null); // it refuses to cut more of a text than there is
      }
    }
    tokenizer.disableTruncation();
    return answers;
  }
  let least = Infinity;
  for (let round = 0; round < request.repeat; round++) {
    const start = performance.now();
    for (const text of request.time) (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
    least = Math.min(least, performance.now() - start);
  }
  return { milliseconds: least };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n');
}
