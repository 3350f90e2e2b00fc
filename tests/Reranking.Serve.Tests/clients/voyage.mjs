// node voyage.mjs ADDRESS KEY FILE: the same with the client of Voyage.
import { readFileSync } from 'node:fs';
import { VoyageAIClient } from 'voyageai';

const [address, apiKey, file] = process.argv.slice(2);
const client = new VoyageAIClient({ apiKey, environment: address + 'v1' });
try {
  console.log(JSON.stringify(await client.rerank(JSON.parse(readFileSync(file, 'utf8')), { maxRetries: 0 })));
} catch (error) {
  console.log(JSON.stringify({ error: error.constructor.name, status: error.statusCode, body: error.body }));
}
