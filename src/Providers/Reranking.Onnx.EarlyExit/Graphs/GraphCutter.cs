namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>Cuts a graph at boundaries of its layers.</summary>
/// <param name="graph">The graph.</param>
/// <param name="boundaries">Its boundaries.</param>
/// <param name="output">The name of its logits.</param>
internal sealed class GraphCutter(OnnxGraph graph, LayerBoundaries boundaries, string output)
{
    private readonly Dictionary<string, int> _producers = graph.Nodes
        .SelectMany(static (node, index) => node.Outputs.Where(static name => name.Length > 0).Select(name => (name, index)))
        .ToDictionary(static pair => pair.name, static pair => pair.index, StringComparer.Ordinal);

    /// <summary>Cuts the graph.</summary>
    /// <param name="cuts">The boundaries to cut at, the first first.</param>
    /// <param name="hiddenSize">How many numbers a token has there, or <see langword="null"/> if it is not known.</param>
    /// <param name="sameShape">The tensors that are known to have the shape of the boundaries, so that one can tell how large the other is.</param>
    /// <returns>The parts, one more than there are cuts.</returns>
    /// <exception cref="RelevanceScoringException">A part needs a tensor from before its boundary.</exception>
    public IReadOnlyList<GraphPart> Cut(IReadOnlyList<string> cuts, int? hiddenSize, IReadOnlySet<string>? sameShape = null) =>
        [.. Enumerable.Range(0, cuts.Count + 1).Select(i => Extract(
            i == 0 ? null : cuts[i - 1],
            i == cuts.Count ? output : cuts[i],
            hiddenSize,
            sameShape ?? new HashSet<string>()))];

    /// <summary>Returns a graph that computes tensors and nothing else.</summary>
    public GraphPart Expose(IReadOnlyCollection<string> tensors)
    {
        HashSet<GraphNode> needed = [.. tensors.SelectMany(tensor => Collect(start: null, tensor, static _ => { }))];
        return Assemble([.. graph.Nodes.Where(needed.Contains)], [], [.. tensors.Select(OnnxGraphWriter.Floats)]);
    }

    /// <summary>Returns the tensors before a boundary whose shapes, and nothing else of them, are read after it.</summary>
    public IReadOnlyCollection<string> ShapesAcross(string start, string end)
    {
        var across = new SortedSet<string>(StringComparer.Ordinal);
        _ = Collect(start, end, node => across.Add(node.Inputs[0]));
        return across;
    }

    private GraphPart Extract(string? start, string end, int? hiddenSize, IReadOnlySet<string> sameShape)
    {
        var renamed = new Dictionary<GraphNode, GraphNode>();
        IReadOnlyList<GraphNode> nodes = Collect(start, end, node => renamed[node] = sameShape.Contains(node.Inputs[0])
            ? OnnxGraphWriter.Rename(node, [start!])
            : throw new RelevanceScoringException(
                $"'{graph.Path}' can't be cut at {start}: what comes after it needs the shape of {node.Inputs[0]}. "
                + "Expected an encoder whose layers need nothing of each other but the hidden states."));
        return Assemble(
            [.. nodes.Select(node => renamed.GetValueOrDefault(node, node))],
            start is null ? [] : [OnnxGraphWriter.HiddenStates(start, hiddenSize)],
            [graph.Outputs.FirstOrDefault(value => value.Name == end) ?? OnnxGraphWriter.HiddenStates(end, hiddenSize)]);
    }

    private GraphPart Assemble(IReadOnlyList<GraphNode> nodes, GraphValue[] hidden, GraphValue[] outputs)
    {
        HashSet<string> read = [.. nodes.SelectMany(static node => node.Inputs.Concat(node.Captured))];
        return new GraphPart(
            nodes,
            [.. graph.Weights.Values.Where(weight => read.Contains(weight.Name))],
            [.. graph.Inputs.Where(input => read.Contains(input.Name)), .. hidden],
            outputs);
    }

    // The operators that lead from the boundary to the end, and those that compute masks and the like for them from the inputs.
    private List<GraphNode> Collect(string? start, string end, Action<GraphNode> onShapeAcross)
    {
        int first = start is null ? -1 : _producers[start];
        var needed = new SortedSet<int>();
        var open = new Stack<string>([end]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { start ?? "", end };
        while (open.TryPop(out string? tensor))
        {
            if (!_producers.TryGetValue(tensor, out int producer) || !needed.Add(producer))
            {
                continue;
            }

            GraphNode node = graph.Nodes[producer];
            if (node.ReadsShapeOnly && node.Inputs[0] != start && boundaries.IsCarried(node.Inputs[0]) && _producers[node.Inputs[0]] < first)
            {
                onShapeAcross(node);
                continue;
            }

            if (producer <= first && node.Outputs.Any(boundaries.IsCarried))
            {
                throw new RelevanceScoringException($"'{graph.Path}' can't be cut at {start}: what comes after it needs {tensor} from before it.");
            }

            foreach (string name in node.Inputs.Concat(node.Captured).Where(seen.Add))
            {
                open.Push(name);
            }
        }

        return [.. needed.Select(index => graph.Nodes[index])];
    }
}
