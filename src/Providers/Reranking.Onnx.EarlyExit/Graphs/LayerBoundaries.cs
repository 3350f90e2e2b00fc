namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>Finds where one layer of an encoder ends and the next begins: tensors that every path from the embeddings to the logits goes through.</summary>
/// <remarks>
/// What depends on the lengths and the mask alone, as the bias of the attention, is on no such path: each part computes it anew from the inputs. The order of
/// the operators does not matter: whatever leads to such a tensor comes before it, and whatever it leads to comes after.
/// </remarks>
internal sealed class LayerBoundaries
{
    private static readonly string[] TokenInputs = ["input_ids", "token_type_ids", "position_ids"];
    private static readonly string[] Embeddings = ["Gather", "GatherND", "GatherBlockQuantized"];

    // Each layer has one of them.
    private static readonly string[] Attentions =
        ["Softmax", "Attention", "MultiHeadAttention", "GroupQueryAttention", "PackedAttention", "QAttention", "QOrderedAttention"];

    private readonly OnnxGraph _graph;
    private readonly HashSet<string> _carried = new(StringComparer.Ordinal);

    private LayerBoundaries(OnnxGraph graph, string output)
    {
        _graph = graph;
        int lastEmbedding = FindCarried();
        Tensors = FindLayers(FindUseful(output), lastEmbedding);
    }

    /// <summary>Gets the output of each layer but the last, the first layer first.</summary>
    public IReadOnlyList<string> Tensors { get; }

    /// <summary>Finds the boundaries.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">The name of its logits.</param>
    public static LayerBoundaries Find(OnnxGraph graph, string output) => new(graph, output);

    /// <summary>Returns whether a tensor depends on which tokens there are, and not only on how many.</summary>
    public bool IsCarried(string tensor) => _carried.Contains(tensor);

    // Returns the position of the last operator that looks up tokens.
    private int FindCarried()
    {
        HashSet<string> fixedTensors = [.. _graph.Weights.Keys];
        HashSet<string> tokens = [.. TokenInputs];
        int last = -1;
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            GraphNode node = _graph.Nodes[i];
            string[] reads = [.. node.Inputs.Concat(node.Captured).Where(static name => name.Length > 0)];
            if (Array.TrueForAll(node.Inputs, name => name.Length == 0 || fixedTensors.Contains(name)) && node.Captured.Length == 0)
            {
                fixedTensors.UnionWith(node.Outputs);
            }
            else if (!node.ReadsShapeOnly && reads.Any(_carried.Contains))
            {
                _carried.UnionWith(node.Outputs);
            }
            else if (!node.ReadsShapeOnly && reads.Any(tokens.Contains))
            {
                bool isLookUp = Embeddings.Contains(node.Operator) && fixedTensors.Contains(node.Inputs[0]);
                (isLookUp || node.Operator == "EmbedLayerNormalization" ? _carried : tokens).UnionWith(node.Outputs);
                last = isLookUp ? i : last;
            }
        }

        return last;
    }

    // Returns the last operator that reads each tensor on the way to the logits, by position.
    private Dictionary<string, int> FindUseful(string output)
    {
        var lastReader = new Dictionary<string, int>(StringComparer.Ordinal) { [output] = int.MaxValue };
        for (int i = _graph.Nodes.Count - 1; i >= 0; i--)
        {
            GraphNode node = _graph.Nodes[i];
            if (!node.ReadsShapeOnly && node.Outputs.Any(lastReader.ContainsKey))
            {
                foreach (string name in node.Inputs.Concat(node.Captured).Where(_carried.Contains))
                {
                    lastReader.TryAdd(name, i);
                }
            }
        }

        return lastReader;
    }

    private List<string> FindLayers(Dictionary<string, int> lastReader, int lastEmbedding)
    {
        var ends = new SortedDictionary<int, string>();   // the last boundary after a number of attentions
        var live = new HashSet<string>(StringComparer.Ordinal);
        int attentions = 0;
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            GraphNode node = _graph.Nodes[i];
            live.RemoveWhere(name => lastReader[name] <= i);
            string[] useful = [.. node.Outputs.Where(name => _carried.Contains(name) && lastReader.ContainsKey(name))];
            if (useful.Length == 0)
            {
                continue;
            }

            live.UnionWith(useful);
            attentions += Attentions.Contains(node.Operator) ? 1 : 0;
            if (live.Count == 1 && i >= lastEmbedding)
            {
                ends[attentions] = useful[0];
            }
        }

        return [.. ends.Where(end => end.Key > 0 && end.Key < attentions).Select(static end => end.Value)];
    }
}
