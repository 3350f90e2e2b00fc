using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Engine;

/// <summary>Which inputs go into which run: the longest first, so that the last slots to finish have short work.</summary>
internal sealed class RunPlan
{
    private readonly int[] _order;
    private readonly int[] _starts;

    private RunPlan(int[] order, int[] starts)
    {
        _order = order;
        _starts = starts;
    }

    /// <summary>Gets the number of runs.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Gets the positions of the inputs of a run, the longest first.</summary>
    public ReadOnlySpan<int> this[int run] => _order.AsSpan(_starts[run].._starts[run + 1]);

    /// <summary>Returns how many tokens a run reads, padding included.</summary>
    public long TokensOf(TokenizedInputs inputs, int run)
    {
        ReadOnlySpan<int> batch = this[run];
        return (long)batch.Length * inputs.Length(batch[0]);
    }

    /// <summary>
    /// Plans one input per run: for CPUs, where it is the fastest, and where the score of a quantized model would depend on the composition of a batch.
    /// </summary>
    public static RunPlan OneByOne(TokenizedInputs inputs) => new(LongestFirst(inputs), [.. Enumerable.Range(0, inputs.Count + 1)]);

    /// <summary>Plans batches whose tokens, padded to the longest, stay within a limit: for GPUs.</summary>
    public static RunPlan Batches(TokenizedInputs inputs, int maxTokens)
    {
        int[] order = LongestFirst(inputs);
        List<int> starts = [0];
        for (int i = 1; i < order.Length; i++)
        {
            int start = starts[^1];
            int countWithThis = i - start + 1;
            if ((long)countWithThis * inputs.Length(order[start]) > maxTokens)
            {
                starts.Add(i);
            }
        }

        if (order.Length > 0)
        {
            starts.Add(order.Length);
        }

        return new RunPlan(order, [.. starts]);
    }

    private static int[] LongestFirst(TokenizedInputs inputs)
    {
        int[] order = new int[inputs.Count];
        int[] keys = new int[inputs.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -inputs.Length(i);
        }

        Array.Sort(keys, order);
        return order;
    }
}
