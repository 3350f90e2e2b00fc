using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Benchmarks;

/// <summary>
/// The least that any engine over this runtime has to do: its runs, one pair each, on inputs that are ready, on as many threads as there are processors.
/// </summary>
internal sealed class BareLoop : IDisposable
{
    private readonly InferenceSession _session;
    private readonly PreparedRun[] _runs;

    public BareLoop(ModelProfile profile, TokenizedInputs inputs)
    {
        _session = SessionFactory.Open(profile.Folder.ModelFile, profile.Folder.Options);   // the settings of the engine
        RunPlan plan = RunPlan.OneByOne(inputs);
        _runs = [.. Enumerable.Range(0, plan.Count).Select(run => new PreparedRun(_session, inputs, plan[run]))];
    }

    public void Run()
    {
        int next = -1;
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            using var options = new RunOptions();
            for (int run = Interlocked.Increment(ref next); run < _runs.Length; run = Interlocked.Increment(ref next))
            {
                _runs[run].Run(_session, options);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    public void Dispose()
    {
        Array.ForEach(_runs, run => run.Dispose());
        _session.Dispose();
    }
}

/// <summary>What most wrappers do: batches of 8, padded to the longest, with the runtime's default settings; on inputs that are ready.</summary>
internal sealed class PaddedBatches : IDisposable
{
    private readonly InferenceSession _session;
    private readonly PreparedRun[] _runs;

    public PaddedBatches(ModelProfile profile, TokenizedInputs inputs)
    {
        _session = new InferenceSession(profile.Folder.ModelFile);
        _runs = [.. Enumerable.Range(0, inputs.Count).Chunk(8).Select(batch => new PreparedRun(_session, inputs, batch))];
    }

    public void Run()
    {
        using var options = new RunOptions();
        Array.ForEach(_runs, run => run.Run(_session, options));
    }

    public void Dispose()
    {
        Array.ForEach(_runs, run => run.Dispose());
        _session.Dispose();
    }
}

/// <summary>
/// What fastembed does (its rerankers, with their defaults): batches of 64 in the order of the documents, padded to the longest, tokenization included.
/// Requests share the session.
/// </summary>
internal sealed class UnsortedBatches(CrossEncoder encoder) : IDisposable
{
    private const int BatchSize = 64;

    private readonly InferenceSession _session = new(encoder.Profile.Folder.ModelFile);

    public void Run(string query, string[] documents)
    {
        using PairInputs pairs = PairInputs.Encode(encoder.Format, new PairQuery(query), documents, CancellationToken.None);
        using var options = new RunOptions();
        foreach (int[] batch in Enumerable.Range(0, pairs.Inputs.Count).Chunk(BatchSize))
        {
            using var run = new PreparedRun(_session, pairs.Inputs, batch);
            run.Run(_session, options);
        }
    }

    public void Dispose() => _session.Dispose();
}

/// <summary>A batch whose tensors are filled beforehand.</summary>
internal sealed class PreparedRun : IDisposable
{
    private readonly string[] _inputNames;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public PreparedRun(InferenceSession session, TokenizedInputs inputs, ReadOnlySpan<int> batch)
    {
        int length = 0;
        foreach (int index in batch)
        {
            length = Math.Max(length, inputs.Length(index));
        }

        long[] ids = new long[batch.Length * length];
        long[] types = new long[ids.Length];
        long[] mask = new long[ids.Length];
        for (int row = 0; row < batch.Length; row++)
        {
            int used = inputs.Length(batch[row]);
            inputs.Ids(batch[row]).CopyTo(ids.AsSpan(row * length));
            inputs.TypeIds(batch[row]).CopyTo(types.AsSpan(row * length));
            mask.AsSpan(row * length, used).Fill(1);
        }

        _inputNames = [.. session.InputMetadata.Keys];
        _inputs = [.. _inputNames.Select(
            name => OrtValue.CreateTensorValueFromMemory(
                name switch { "input_ids" => ids, "attention_mask" => mask, _ => types }, [ids.Length / length, length]))];
        _outputs = [OrtValue.CreateTensorValueFromMemory(new float[batch.Length], [batch.Length, 1])];
    }

    public void Run(InferenceSession session, RunOptions options) => session.Run(options, _inputNames, _inputs, ["logits"], _outputs);

    public void Dispose()
    {
        Array.ForEach(_inputs, input => input.Dispose());
        Array.ForEach(_outputs, output => output.Dispose());
    }
}
