// Scores one query against its documents as the documentation of @huggingface/transformers shows: one padded batch.
// Reads {"modelFolder", "model", "query", "documents"} from the first line of the input, then answers each further line with the milliseconds of one scoring.
import { createInterface } from 'node:readline';
import { AutoModelForSequenceClassification, AutoTokenizer, env } from '@huggingface/transformers';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { modelFolder, model: name, query, documents } = JSON.parse((await lines.next()).value);
env.allowRemoteModels = false;
env.localModelPath = modelFolder;
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForSequenceClassification.from_pretrained(name, { dtype: 'fp32' });   // fp32 names the file model.onnx; its weights are int8
console.log('ready');

for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const start = performance.now();
  const inputs = tokenizer(new Array(documents.length).fill(query), { text_pair: documents, padding: true, truncation: true });
  const { logits } = await model(inputs);
  console.log(JSON.stringify({ milliseconds: performance.now() - start, first: logits.data[0], tokens: inputs.input_ids.dims[1] }));
}
