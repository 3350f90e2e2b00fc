// node cohere.mjs ADDRESS KEY FILE: what the official SDK returns, or the class and the status of what it throws, as JSON.
import { readFileSync } from 'node:fs';
import { CohereClient, CohereClientV2 } from 'cohere-ai';

const [address, token, file] = process.argv.slice(2);
const { version, ...request } = JSON.parse(readFileSync(file, 'utf8'));
const client = new (version === 1 ? CohereClient : CohereClientV2)({ token, environment: address, baseUrl: address });
try {
  console.log(JSON.stringify(await client.rerank(request, { maxRetries: 0 })));
} catch (error) {
  console.log(JSON.stringify({ error: error.constructor.name, status: error.statusCode, body: error.body }));
}
